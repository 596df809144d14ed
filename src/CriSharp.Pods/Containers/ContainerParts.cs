using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs.Selinux;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Containers;

/// <summary>
/// What a container is made of besides its processes: a writable snapshot, mounted as its root file system, its image volumes, and its bundle.
/// Each part is found again by the container's id alone, so that it can be removed after any crash.
/// </summary>
public sealed class ContainerParts(
    RuntimeHandlers handlers, SnapshotStore snapshots, ImageVolumes volumes, BundleStore bundles, ContainerCgroups cgroups, PodsOptions options)
{
    private readonly InstanceFolders _folders = options.Folders;

    /// <summary>Prepares and mounts the root file system.</summary>
    internal string MakeRootFs(ContainerId id, PodSandboxRecord sandbox, IReadOnlyList<DiffId> layers, SelinuxLabels labels, Rollback rollback)
    {
        rollback.Add("remove the snapshot", () => snapshots.Remove(id.ToString()));
        Operation.At("snapshot");
        var userNamespace = PodUserNamespace.Of(sandbox);
        var ids = userNamespace?.IdsOf(_folders, sandbox.Id);
        var snapshot = snapshots.Prepare(id.ToString(), layers, ids);

        rollback.Add("unmount the root file system", () => RemoveRootFs(id));
        UserNamespaceFolders.MakePrivate(_folders.RunOf(id), userNamespace);
        Directory.CreateDirectory(_folders.RootFsOf(id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Operation.At("mount of the root file system");
        snapshots.Mount(snapshot, _folders.RootFsOf(id), ids, labels.Mount?.ToString());
        return _folders.RootFsOf(id);
    }

    /// <summary>All of it, in the order in which one part holds the other. Idempotent; the container's processes are killed if any are left.</summary>
    internal async Task RemoveAsync(ContainerRecord record, ContainerProcesses? processes, CancellationToken cancellationToken)
    {
        var id = record.Id;
        await cgroups.KillAsync(id, cancellationToken);
        await handlers.Of(record.RuntimeHandler, record.Runtime).DeleteAsync(id, force: true, cancellationToken);
        await cgroups.RemoveAsync(id, cancellationToken);
        await RemoveEndedAsync(id, processes, cancellationToken);
    }

    /// <summary>As <see cref="RemoveAsync"/>, where the runtime has let go already.</summary>
    internal async Task RemoveEndedAsync(ContainerId id, ContainerProcesses? processes, CancellationToken cancellationToken)
    {
        Operation.At("end of the monitor");
        await MonitorEnd.WaitAsync(processes, options, cancellationToken);
        Operation.At("unmount and bundle");
        RemoveRootFs(id);
        Operation.At("snapshot");
        volumes.Remove(id);
        snapshots.Remove(id.ToString());
    }

    /// <summary>For what was never a container: a crash came before its record.</summary>
    internal void RemoveRootFs(ContainerId id)
    {
        snapshots.Unmount(_folders.RootFsOf(id));
        volumes.Unmount(id);
        bundles.Remove(id);
    }
}
