using CriSharp.Linux.Processes;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Containers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>
/// The OCI runtime's start and update outlive a daemon that is killed. What has become of their containers is not decided before they have
/// ended; one that goes on and on is killed.
/// </summary>
public sealed partial class EndEarlierVerbs(RuntimeHandlers handlers, PodsOptions options, ILogger<EndEarlierVerbs> logger)
{
    internal async Task RunAsync(IEnumerable<Container> found)
    {
        var inDoubt = found.Where(container => container.State is ContainerState.Created || container.Limits.Undo is not null).ToArray();
        if (inDoubt.Length == 0)
        {
            return;
        }

        try
        {
            var processes = ProcessTable.Read().Where(process => process.Arguments.Contains("start") || process.Arguments.Contains("update")).ToArray();
            await Task.WhenAll(inDoubt.SelectMany(container => VerbsOn(container, processes)).Select(EndAsync));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            NotEnded(logger, failure);
        }
    }

    private IEnumerable<LeftoverProcess> VerbsOn(Container container, IReadOnlyList<ProcessEntry> processes) =>
        LeftoverProcesses.Runtimes(processes, handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).Handler).Where(verb => verb.Id == container.Id);

    private async Task EndAsync(LeftoverProcess verb)
    {
        using var process = PidHandle.TryOpen(verb.Process);
        if (process is null || await HasEndedAsync(process))
        {
            return;
        }

        Killed(logger, process.Pid, verb.Id, options.KillLimit.TotalSeconds);
        process.Signal(Signals.SIGKILL);
        await HasEndedAsync(process);
    }

    private async Task<bool> HasEndedAsync(PidHandle process)
    {
        using var limit = new CancellationTokenSource(options.KillLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(167, LogLevel.Warning, "The OCI runtime that an earlier daemon had begun on container {Container} (pid {Pid}) did not end within {Seconds} s and is killed")]
    private static partial void Killed(ILogger logger, int pid, Oci.ContainerId container, double seconds);

    [LoggerMessage(168, LogLevel.Warning, "Whether OCI runtimes that an earlier daemon had begun still start or update containers can't be told")]
    private static partial void NotEnded(ILogger logger, Exception failure);
}
