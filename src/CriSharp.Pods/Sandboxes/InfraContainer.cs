using System.Collections.Concurrent;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Pid 1 of a PID namespace that a pod's containers share: our own static pause program in a root with nothing else.
/// Pods without such a namespace have none.
/// </summary>
public sealed partial class InfraContainer(
    PodSandboxStore sandboxes,
    RuntimeHandlers handlers,
    ContainerSpecs specs,
    BundleStore bundles,
    ContainerCgroups cgroups,
    MonitorLauncher launcher,
    PodsOptions options,
    ILogger<InfraContainer> logger)
{
    internal const string ProgramName = "pause";

    private readonly InstanceFolders _folders = options.Folders;
    private readonly ConcurrentDictionary<PodSandboxId, ContainerProcesses> _processes = new();

    internal async Task<ContainerProcesses> LaunchAsync(PodSandboxRecord record)
    {
        var id = record.Id.ToInfraContainerId();
        var rootFs = _folders.RootFsOf(id);
        var spec = await specs.BuildInfraAsync(record, rootFs, CancellationToken.None);
        var bundle = bundles.Write(id, spec.ToJson());
        var ids = PodUserNamespace.Of(record);
        UserNamespaceFolders.MakePrivate(bundle.Directory, ids);
        UserNamespaceFolders.GiveToRoot(rootFs, ids);
        BindProgram(rootFs);

        var runtime = handlers.GetFor(record.RuntimeHandler, record.Runtime);
        var monitor = await launcher.LaunchAsync(
            new MonitorLaunch
            {
                Id = id,
                Bundle = bundle,
                ExitFile = _folders.InfraExitFileOf(record.Id),
                MonitorCgroups = options.MonitorCgroups,
                CreateTimeout = runtime.TimeLimits.Create ?? options.CreateLimit,
            },
            runtime,
            CancellationToken.None);
        var processes = new ContainerProcesses(monitor.Init, monitor.Monitor);
        _processes[record.Id] = processes;
        await runtime.StartAsync(id, CancellationToken.None);
        return processes;
    }

    /// <summary>A pod whose pid 1 has died is not ready any more.</summary>
    internal void Watch(PodSandbox sandbox)
    {
        if (sandbox.State is SandboxState.Ready { Infra: { } processes })
        {
            _processes[sandbox.Id] = processes;
            _ = FollowAsync(sandbox, processes);
        }
    }

    /// <summary>Kills it and removes what it was made of. Idempotent.</summary>
    internal async Task RemoveAsync(PodSandboxRecord record, CancellationToken cancellationToken)
    {
        var id = record.Id.ToInfraContainerId();
        await cgroups.KillAsync(id, cancellationToken);
        await handlers.Of(record.RuntimeHandler, record.Runtime).DeleteAsync(id, force: true, cancellationToken);
        await cgroups.RemoveAsync(id, cancellationToken);
        _processes.TryRemove(record.Id, out var processes);
        await MonitorEnd.WaitAsync(processes, options, cancellationToken);
        var rootFs = _folders.RootFsOf(id);
        Mounting.Unmount(Path.Combine(rootFs, ProgramName), lazy: true);
        RemoveProgramAndMountPoints(rootFs);
        bundles.Remove(id);
    }

    private async Task FollowAsync(PodSandbox sandbox, ContainerProcesses processes)
    {
        try
        {
            using var init = PidHandle.TryOpen(processes.Init);
            if (init is not null)
            {
                await init.WaitForExitAsync(CancellationToken.None);
            }
        }
        catch (IOException failure)
        {
            NotFollowed(logger, sandbox.Id, failure);
        }

        using var held = await sandboxes.LockAsync(sandbox.Id, CancellationToken.None);
        if (sandboxes.TryFind(sandbox.Id.ToString(), out _) && sandbox.State is SandboxState.Ready ready)
        {
            sandboxes.ChangeAnyway(sandbox, ready.Stop(options.Time.GetUtcNow()), failure => NotWritten(logger, sandbox.Id, failure));
            Died(logger, sandbox.Id);
        }
    }

    /// <summary>The sandbox's user, who may be anybody, finds it.</summary>
    private void BindProgram(string rootFs)
    {
        using (var root = HostPath.Open(rootFs, OpenFlags.ReadOnly | OpenFlags.Directory))
        {
            FileDescriptor.Chmod(root, Permissions.PublicFolder);
        }

        var target = Path.Combine(rootFs, ProgramName);
        File.WriteAllBytes(target, []);
        Mounting.Bind(options.PausePath, target, readOnly: true);
    }

    /// <summary>The runtime makes empty folders (proc, dev, sys) in the root to mount on.</summary>
    private static void RemoveProgramAndMountPoints(string rootFs)
    {
        if (!Directory.Exists(rootFs))
        {
            return;
        }

        File.Delete(Path.Combine(rootFs, ProgramName));

        foreach (var mountPoint in Directory.EnumerateDirectories(rootFs))
        {
            Directory.Delete(mountPoint, recursive: true);
        }
    }

    [LoggerMessage(29, LogLevel.Error, "The infra process of pod sandbox {Sandbox} can't be followed: it is taken for dead, so that nobody relies on it")]
    private static partial void NotFollowed(ILogger logger, PodSandboxId sandbox, Exception failure);

    [LoggerMessage(30, LogLevel.Warning, "The infra process of pod sandbox {Sandbox} has died: the sandbox is not ready any more")]
    private static partial void Died(ILogger logger, PodSandboxId sandbox);

    [LoggerMessage(31, LogLevel.Error, "That pod sandbox {Sandbox} is not ready any more could not be written down; the next start finds it out again")]
    private static partial void NotWritten(ILogger logger, PodSandboxId sandbox, Exception failure);
}
