using CriSharp.Linux.Processes;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>
/// Takes back a launch, finished or not: the container's processes, the OCI runtime's state, the monitor and its socket.
/// The cgroup's parents, the root file system and the bundle are the caller's. Idempotent.
/// </summary>
public sealed class LaunchUndo(MonitorLaunch launch, OciRuntimeCli runtime)
{
    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(10);

    /// <summary>Of a launch that succeeded, while the daemon still wants to give up on it.</summary>
    /// <returns>Null, or in words what could not be undone.</returns>
    public async Task<string?> RunAsync(ContainerMonitor launched)
    {
        // The init first: its monitor then records the end and goes by itself.
        using (var init = PidHandle.TryOpen(launched.Init))
        {
            init?.Signal(Signals.SIGKILL);
        }

        using var monitor = PidHandle.TryOpen(launched.Monitor);
        if (monitor is not null && !await EndsAsync(monitor))
        {
            monitor.Signal(Signals.SIGKILL);
        }

        return await DeleteAsync();
    }

    internal async Task<string?> RunAsync(ChildProcess monitor)
    {
        // A create under way dies with the session; a container that it made meanwhile is found by the runtime's own state.
        monitor.KillSession();
        var dead = await EndsAsync(monitor.Handle);
        var leftover = await DeleteAsync();
        return dead ? leftover : $"its monitor (pid {monitor.Pid}) does not die of SIGKILL";
    }

    private static async Task<bool> EndsAsync(PidHandle process)
    {
        using var limit = new CancellationTokenSource(DeathLimit);
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

    private async Task<string?> DeleteAsync()
    {
        string? leftover = null;
        try
        {
            // Not the caller's token: it may be what ended the launch. The verb has a limit of its own.
            await runtime.DeleteAsync(launch.Id, force: true, CancellationToken.None);
        }
        catch (RuntimeException failure)
        {
            leftover = $"the container could not be deleted: {failure.Message}";
        }

        foreach (var file in (string[])[launch.Bundle.MonitorSocket, launch.Bundle.PidFile, launch.ExitFile])
        {
            // Its folder may have gone before it.
            if (File.Exists(file))
            {
                File.Delete(file);
            }
        }

        return leftover;
    }
}
