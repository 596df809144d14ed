using CriSharp.Linux.Processes;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Asks a container to end, waits, then kills it. Takes no lock: a second call with a shorter time cuts the first one short.
/// Idempotent; returns once the end is recorded.
/// </summary>
public sealed partial class StopContainer(
    ContainerStore containers, RuntimeHandlers handlers, ContainerCgroups cgroups, Operations operations, PodsOptions options, ILogger<StopContainer> logger)
{
    // What a timer holds; a caller that asks for more means "as long as it takes".
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(24);

    /// <param name="id">An unknown one is stopped already.</param>
    /// <param name="timeout">How long it may take to end by itself; zero kills it at once.</param>
    /// <param name="cancellationToken">Ends the wait only; the container is stopped all the same.</param>
    public async Task RunAsync(string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (containers.TryFind(id, out var container))
        {
            await RunAsync(container, timeout, cancellationToken);
        }
    }

    internal Task RunAsync(Container container, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Before the state, which is another one when the start is over.
        var mayHaveBegun = !container.RuntimeStart.IsCompleted;
        return container.State switch
        {
            ContainerState.Exited => Task.CompletedTask,
            ContainerState.Running running => EndAsync(container, running.Processes.Init, timeout).WaitAsync(cancellationToken),

            // Where it has not begun nothing of it could make use of a grace period.
            ContainerState.Created created => EndAsync(container, created.Processes.Init, mayHaveBegun ? timeout : TimeSpan.Zero).WaitAsync(cancellationToken),
            _ => GiveUpOnAsync(container).WaitAsync(cancellationToken),
        };
    }

    private async Task EndAsync(Container container, ProcessIdentity process, TimeSpan timeout)
    {
        using var operation = operations.Begin(nameof(StopContainer), container.Id.ToString(), container.Record.Key.ToString());
        using var handle = PidHandle.TryOpen(process);
        if (timeout > TimeSpan.Zero && handle is not null)
        {
            Operation.At("grace", $"signal {container.Record.StopSignal}, then {timeout.TotalSeconds:0.#} s");
            Signal(container, handle, container.Record.StopSignal);
            if (await EndsWithinAsync(container, timeout < LongestGrace ? timeout : LongestGrace))
            {
                await EndRestAsync(container);
                Stopped(logger, container.Id, container.Record.StopSignal);
                return;
            }
        }

        Operation.At("SIGKILL");
        if (handle is not null)
        {
            Signal(container, handle, Signals.SIGKILL);
        }

        if (!await EndsWithinAsync(container, options.KillLimit))
        {
            throw new RuntimeException(
                ErrorKind.DeadlineExceeded,
                $"container {container.Id} was killed {options.KillLimit.TotalSeconds:0} s ago but its end is not reported: its process {process.Pid} may hang in the kernel, see /proc/{process.Pid}/stack{cgroups.FreezerWords(container.Id)}");
        }

        await EndRestAsync(container);
        Stopped(logger, container.Id, Signals.SIGKILL);
    }

    /// <summary>A frozen process gets the signal when it is thawed.</summary>
    private void Signal(Container container, PidHandle process, int signal)
    {
        process.Signal(signal);
        cgroups.Thaw(container.Id);
    }

    /// <summary>In a PID namespace of its own the kernel has killed all with its first process.</summary>
    private Task EndRestAsync(Container container) =>
        container.Record.SharesProcesses ? cgroups.KillAsync(container.Id, CancellationToken.None) : Task.CompletedTask;

    private async Task<bool> EndsWithinAsync(Container container, TimeSpan limit)
    {
        try
        {
            await container.Ended.WaitAsync(limit, options.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Nobody knows what became of it: the runtime removes whatever there is.</summary>
    private async Task GiveUpOnAsync(Container container)
    {
        await cgroups.KillAsync(container.Id, CancellationToken.None);
        await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).DeleteAsync(container.Id, force: true, CancellationToken.None);
        var exit = new ContainerEnd(
            255,
            ContainerEnd.StatusUnknown,
            "the container was stopped while its state was unknown: its exit code was not seen",
            options.Time.GetUtcNow());
        containers.Change(container, state => state is ContainerState.Unknown unknown ? new ContainerState.Exited(unknown.StartedAt, exit) : null);
    }

    [LoggerMessage(110, LogLevel.Information, "Container {Container} ended on signal {Signal}")]
    private static partial void Stopped(ILogger logger, Oci.ContainerId container, int signal);
}
