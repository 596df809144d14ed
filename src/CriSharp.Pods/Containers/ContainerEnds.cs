using CriSharp.Linux.Processes;
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
    ContainerCgroups cgroups,
    PodsOptions options,
    ILogger<ContainerEnds> logger)
{
    private readonly InstanceFolders _folders = options.Folders;

    public EndFigures Figures { get; } = new();

    /// <summary>Opens the pidfds of a container that nobody has been told of yet; who gets it disposes of it, or has it watched.</summary>
    /// <exception cref="IOException">They can't be opened, so that the container could not be followed.</exception>
    internal ExitWatcher Open(ContainerId id, ContainerProcesses processes) =>
        new(new ContainerMonitor(processes.Monitor, processes.Init, bundles.Of(id).MonitorSocket, _folders.ExitFileOf(id)), options.Time);

    /// <summary>Call it once for each container that has processes. Opens their pidfds before it returns.</summary>
    /// <exception cref="IOException">They can't be opened.</exception>
    public void Watch(Container container, ContainerProcesses processes) => Watch(container, processes, Open(container.Id, processes));

    internal void Watch(Container container, ContainerProcesses processes, ExitWatcher watcher)
    {
        watcher.OnMonitorLost = () => LoseMonitor(container, processes);

        // The end of a container is no part of the call that began it: neither its log lines nor its trace.
        using (ExecutionContext.SuppressFlow())
        {
            container.LetGo = FollowAsync(container, watcher);
        }
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
                ChangeAnyway(container, state => Lose(state, failure.Message));
                return false;
            }
        }

        return await LetGoAsync(container);
    }

    /// <summary>
    /// The container lives on without a log, and gets SIGPIPE where it writes: nothing can give it another monitor. One that has not begun
    /// is ended instead, since its output would be lost from the first word.
    /// </summary>
    private void LoseMonitor(Container container, ContainerProcesses processes)
    {
        container.MonitorLoss = $"the container's monitor (pid {processes.Monitor.Pid}) has died: what the container writes from here on is lost, and no command can be run in it";
        Figures.AddLostMonitor();
        MonitorLost(logger, container.Id, processes.Monitor.Pid);
        if (container.State is ContainerState.Created)
        {
            using var init = PidHandle.TryOpen(processes.Init);
            init?.Signal(Signals.SIGKILL);
            cgroups.Thaw(container.Id);
        }

        if (container.Record.LogPath.Length == 0)
        {
            return;
        }

        try
        {
            LostOutput.Tell(container.Record.LogPath, container.Record.LogDirectory, container.MonitorLoss, options.Time.GetUtcNow());
        }
        catch (IOException failure)
        {
            LossNotTold(logger, container.Id, failure);
        }
    }

    private void Take(Container container, ContainerExit exit)
    {
        var end = EndOf(container, exit);
        ContainerState? Transition(ContainerState state) => state switch
        {
            ContainerState.Created => new ContainerState.Exited(null, end),
            ContainerState.Running running => running.End(end),
            _ => null,
        };

        // What the monitor recorded is durable already; what the kernel told us alone is not.
        var isNews = exit.IsRecorded ? containers.Observe(container, Transition) : ChangeAnyway(container, Transition);
        if (isNews)
        {
            Figures.Add(end.Reason);
            Ended(logger, container.Id, end.Code, end.Reason, end.Message);
        }
    }

    private bool ChangeAnyway(Container container, Func<ContainerState, ContainerState?> transition) =>
        containers.ChangeAnyway(container, transition, failure => NotWritten(logger, container.Id, failure));

    private ContainerEnd EndOf(Container container, ContainerExit exit)
    {
        var outOfMemory = exit.OutOfMemory || (!exit.IsRecorded && exit.IsKnown && cgroups.HasRunOutOfMemory(container.Id));
        return EndOf(exit with { OutOfMemory = outOfMemory });
    }

    internal static ContainerEnd EndOf(ContainerExit exit)
    {
        if (!exit.IsKnown)
        {
            return new ContainerEnd(exit.Code, ContainerEnd.StatusUnknown, exit.Reason ?? "", exit.FinishedAt);
        }

        // The kill may have met another of its processes, long ago: one that ended well did not die of it.
        var reason = exit.Code == 0 ? ContainerEnd.Completed : exit.OutOfMemory ? ContainerEnd.OutOfMemory : ContainerEnd.Error;
        return new ContainerEnd(exit.Code, reason, exit.Loss ?? "", exit.FinishedAt);
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
        try
        {
            await cgroups.KillAsync(container.Id, CancellationToken.None);

            // A short process ends before the runtime has finished starting it. StartContainer bounds this wait.
            await container.RuntimeStart;
            await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).DeleteAsync(container.Id, force: true, CancellationToken.None);
            await cgroups.RemoveAsync(container.Id, CancellationToken.None);
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            NotDeleted(logger, container.Id, failure);
            return false;
        }

        Settle(container);
        return true;
    }

    private void Settle(Container container)
    {
        try
        {
            containers.Settle(container);
        }
        catch (IOException unwritable)
        {
            NotWritten(logger, container.Id, unwritable);
        }
    }

    [LoggerMessage(140, LogLevel.Information, "Container {Container} ended with code {Code}: {Reason} {Detail}")]
    private static partial void Ended(ILogger logger, ContainerId container, int code, string reason, string detail);

    [LoggerMessage(141, LogLevel.Error, "Container {Container} can't be followed any more: its state is unknown")]
    private static partial void NotFollowed(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(143, LogLevel.Error, "The monitor of container {Container} (pid {Pid}) has died: the container's output is lost from here on")]
    private static partial void MonitorLost(ILogger logger, ContainerId container, int pid);

    [LoggerMessage(144, LogLevel.Warning, "The log of container {Container} does not tell that its end is lost")]
    private static partial void LossNotTold(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(142, LogLevel.Warning, "The runtime could not let go of the ended container {Container}; its removal will try again")]
    private static partial void NotDeleted(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(145, LogLevel.Error, "The end of container {Container} could not be written down: its monitor keeps it, or the next start finds it out again")]
    private static partial void NotWritten(ILogger logger, ContainerId container, Exception failure);
}
