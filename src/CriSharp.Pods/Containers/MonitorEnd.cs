using CriSharp.Linux.Processes;

namespace CriSharp.Pods.Containers;

/// <summary>A monitor ends by itself after its container; one that doesn't is stuck and is killed.</summary>
internal static class MonitorEnd
{
    /// <param name="processes">Null: nobody knows of one.</param>
    public static async Task WaitAsync(ContainerProcesses? processes, PodsOptions options, CancellationToken cancellationToken)
    {
        if (processes is null || PidHandle.TryOpen(processes.Monitor) is not { } monitor)
        {
            return;
        }

        using (monitor)
        {
            // Heard only by one that can't record the exit (disk full), which nobody needs any more.
            monitor.Signal(Signals.SIGTERM);
            try
            {
                await monitor.WaitForExitAsync(cancellationToken).WaitAsync(options.MonitorEndLimit, options.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                monitor.Signal(Signals.SIGKILL);
            }
        }
    }
}
