using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Storage.Content;
using CriSharp.Storage.Snapshots;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>
/// Removes what is on the machine under this instance's folders without a record that owns it: runtime containers, bundles, snapshots,
/// pinned namespaces, mounts. Runs before the first request, when nothing is in the making.
/// </summary>
public sealed partial class SweepLeftovers(
    RuntimeHandlers handlers,
    BundleStore bundles,
    SnapshotStore snapshots,
    ContainerParts containerParts,
    BrokenRecords broken,
    PodsOptions options,
    ILogger<SweepLeftovers> logger)
{
    private readonly InstanceFolders _folders = options.Folders;

    public async Task RunAsync()
    {
        // A folder with a record, even an unreadable one that was set aside, has an owner.
        var known = Known(_folders.SandboxRecords).Concat(Known(_folders.ContainerRecords)).Concat(KnownBroken()).ToHashSet();
        foreach (var runtime in handlers.All)
        {
            foreach (var id in runtime.List().Where(id => !known.Contains(id.ToString())))
            {
                await TryAsync("container of the runtime", id.ToString(), () => runtime.DeleteAsync(id, force: true, CancellationToken.None));
            }
        }

        foreach (var id in bundles.List().Where(id => !known.Contains(id.ToString())))
        {
            await TryAsync("bundle", id.ToString(), () => RemoveBundle(id));
        }

        foreach (var id in snapshots.List().Where(id => !known.Contains(id)))
        {
            await TryAsync("snapshot", id, () => snapshots.Remove(id));
        }

        foreach (var folder in Known(_folders.SandboxRuns).Where(id => !known.Contains(id)).ToArray())
        {
            await TryAsync("pod sandbox folder", folder, () => RemoveSandboxFolder(PodSandboxId.Parse(folder)));
        }
    }

    private static IEnumerable<string> Known(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)) : [];

    /// <summary>The first release had the folders' names for nouns.</summary>
    private IEnumerable<string> KnownBroken() =>
        broken.List().Where(record => record.Noun is "pod sandbox" or "container" or "sandboxes" or "containers").Select(record => record.Id);

    private void RemoveBundle(ContainerId id)
    {
        // An infra container has its program bound into an otherwise plain folder.
        Mounting.Unmount(Path.Combine(_folders.RootFsOf(id), InfraContainer.ProgramName), lazy: true);
        containerParts.RemoveRootFs(id);
    }

    private void RemoveSandboxFolder(PodSandboxId id)
    {
        NamespacePins.Unpin(_folders.NamespacesOf(id));
        var files = new SandboxFiles(_folders, options.HostResolvConf);
        files.Unmount(id);
        files.Remove(id);
    }

    private Task TryAsync(string noun, string id, Action remove) => TryAsync(noun, id, () =>
    {
        remove();
        return Task.CompletedTask;
    });

    private async Task TryAsync(string noun, string id, Func<Task> remove)
    {
        try
        {
            await remove();
            Swept(logger, noun, id);
        }
        catch (Exception failure)
        {
            NotSwept(logger, noun, id, failure);
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "Swept a leftover {Noun} {Id} that no record owned")]
    private static partial void Swept(ILogger logger, string noun, string id);

    [LoggerMessage(61, LogLevel.Error, "Could not sweep the leftover {Noun} {Id}; the next start tries again")]
    private static partial void NotSwept(ILogger logger, string noun, string id, Exception failure);
}
