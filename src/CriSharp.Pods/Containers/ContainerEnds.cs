using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Follows each container to its end, whoever started it, and has the runtime let go of what ended.</summary>
public sealed partial class ContainerEnds(
    ContainerStore containers,
    RuntimeHandlers handlers,
    BundleStore bundles,
    PodsOptions options,
    ILogger<ContainerEnds> logger)
{
    private readonly InstanceFolders _folders = options.Folders;

    /// <summary>Call it once for each container that has processes. Opens their pidfds before it returns.</summary>
    public void Watch(Container container, ContainerProcesses processes)
    {
        var watcher = new ExitWatcher(
            new ContainerMonitor(processes.Monitor, processes.Init, bundles.Of(container.Id).MonitorSocket, _folders.ExitFileOf(container.Id)),
            options.Time);
        container.LetGo = FollowAsync(container, watcher);
    }

    private async Task<bool> FollowAsync(Container container, ExitWatcher watcher)
    {
        using (watcher)
        {
            try
            {
                Take(container, await watcher.WaitAsync(CancellationToken.None));
            }
            catch (Exception failure)
            {
                NotFollowed(logger, container.Id, failure);
                containers.Change(container, state => Lose(state, failure.Message));
                return false;
            }
        }

        return await LetGoAsync(container);
    }

    private void Take(Container container, ContainerExit exit)
    {
        var end = EndOf(exit);
        ContainerState? Transition(ContainerState state) => state switch
        {
            ContainerState.Created => new ContainerState.Exited(null, end),
            ContainerState.Running running => running.End(end),
            _ => null,
        };

        // What the monitor recorded is durable already; a guess of ours is not.
        var isNews = exit.IsKnown ? ContainerStore.Observe(container, Transition) : containers.Change(container, Transition);
        if (isNews)
        {
            Ended(logger, container.Id, end.Code, end.Reason, end.Message);
        }
    }

    internal static ContainerEnd EndOf(ContainerExit exit)
    {
        if (!exit.IsKnown)
        {
            return new ContainerEnd(exit.Code, ContainerEnd.StatusUnknown, exit.Reason ?? "", exit.FinishedAt);
        }

        var reason = exit.OutOfMemory ? ContainerEnd.OutOfMemory : exit.Code == 0 ? ContainerEnd.Completed : ContainerEnd.Error;
        return new ContainerEnd(exit.Code, reason, "", exit.FinishedAt);
    }

    private static ContainerState.Unknown? Lose(ContainerState state, string why) => state switch
    {
        ContainerState.Created => new ContainerState.Unknown(null, why),
        ContainerState.Running running => new ContainerState.Unknown(running.StartedAt, why),
        _ => null,
    };

    /// <summary>Its cgroup and the runtime's state: nobody needs them any more, and in a shared PID namespace what it left behind dies here.</summary>
    private async Task<bool> LetGoAsync(Container container)
    {
        // A short process ends before the runtime has finished starting it.
        await container.RuntimeStart;
        try
        {
            await handlers.Get(container.Record.RuntimeHandler).DeleteAsync(container.Id, force: true, CancellationToken.None);
            containers.Settle(container);
            return true;
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            NotDeleted(logger, container.Id, failure);
            return false;
        }
    }

    [LoggerMessage(140, LogLevel.Information, "Container {Container} ended with code {Code}: {Reason} {Detail}")]
    private static partial void Ended(ILogger logger, ContainerId container, int code, string reason, string detail);

    [LoggerMessage(141, LogLevel.Error, "Container {Container} can't be followed any more: its state is unknown")]
    private static partial void NotFollowed(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(142, LogLevel.Warning, "The runtime could not let go of the ended container {Container}; its removal will try again")]
    private static partial void NotDeleted(ILogger logger, ContainerId container, Exception failure);
}
