using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>Writes a container's bundle and starts its monitor, which has the runtime create it.</summary>
public sealed class ContainerLaunch(
    RuntimeHandlers handlers, BundleStore bundles, ContainerCgroups cgroups, MonitorLauncher launcher, PodsOptions options)
{
    private readonly InstanceFolders _folders = options.Folders;

    internal async Task<ContainerProcesses> RunAsync(ContainerRecord record, RuntimeSpec spec, Rollback rollback)
    {
        Operation.At("bundle");
        rollback.Add("remove the empty log", () => LogPaths.RemoveEmpty(record));
        MakeLog(record);
        var bundle = bundles.Write(record.Id, spec.ToJson());
        rollback.Add("empty the cgroup", async cancellationToken =>
        {
            // A runtime that was killed or hung half-way knows nothing of what it has made.
            await cgroups.KillAsync(record.Id, cancellationToken);
            await cgroups.RemoveAsync(record.Id, cancellationToken);
        });
        var runtime = handlers.GetFor(record.RuntimeHandler, record.Runtime).With(CgroupPlaces.IsSystemds(spec.Linux.CgroupsPath ?? ""));
        var start = new MonitorLaunch
        {
            Id = record.Id,
            Bundle = bundle,
            ExitFile = _folders.ExitFileOf(record.Id),
            LogPath = record.LogPath.Length > 0 ? record.LogPath : null,
            LogDirectory = record.LogPath.Length > 0 ? record.LogDirectory : null,
            MonitorCgroups = options.MonitorCgroups,
            Terminal = record.Config.Tty,
            Stdin = record.Config.Stdin,
            StdinOnce = record.Config.StdinOnce,
            StreamOwner = StreamOwner.Of(spec),
            CreateTimeout = runtime.TimeLimits.Create ?? options.CreateLimit,
        };
        Operation.At("monitor and the runtime's create");
        var monitor = await launcher.LaunchAsync(start, runtime, CancellationToken.None);

        // Waits for the monitor too: it still writes into the folders that the next steps remove.
        rollback.Add("end the container and its monitor", async _ =>
        {
            if (await new LaunchUndo(start, runtime).RunAsync(monitor) is { } leftover)
            {
                throw new RuntimeException(ErrorKind.Internal, leftover);
            }
        });
        return new ContainerProcesses(monitor.Init, monitor.Monitor);
    }

    private static void MakeLog(ContainerRecord record)
    {
        if (record.LogPath.Length == 0)
        {
            return;
        }

        try
        {
            LogPaths.Make(record);
        }
        catch (IOException failure) when (!DiskFailure.IsOutOfSpace(failure) && !DiskFailure.IsReadOnly(failure))
        {
            // The monitor opens it, too, and says in words what is wrong. What is wrong with the disk has a code of its own.
        }
    }
}
