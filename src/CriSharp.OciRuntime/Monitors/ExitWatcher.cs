using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>
/// Waits for the end of a container whatever becomes of its monitor, also one that an earlier daemon started. Asked in this order:
/// the monitor; the file that it wrote; the kernel, which since Linux 6.15 tells how the container's init ended, if that was seen before it
/// was reaped. Else the code is not known.
/// </summary>
/// <remarks>Opens its pidfds at once: make it as soon as the container is known.</remarks>
public sealed class ExitWatcher : IDisposable
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    // An orphan is reaped by the host's init or a subreaper in between, which may be busy.
    private static readonly TimeSpan ReapLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstReapPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestReapPause = TimeSpan.FromMilliseconds(100);

    private readonly ContainerMonitor _container;
    private readonly TimeProvider _time;
    private readonly PidHandle? _monitor;
    private readonly PidHandle? _init;

    public ExitWatcher(ContainerMonitor container, TimeProvider time)
    {
        (_container, _time) = (container, time);
        _monitor = PidHandle.TryOpen(container.Monitor);
        _init = PidHandle.TryOpen(container.Init);
    }

    /// <summary>How long a monitor may take to drain the output and record an end that has happened; then it is taken for hanging, and killed.</summary>
    public TimeSpan AnnounceLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The monitor has gone before its container: output and exit code are lost.</summary>
    public bool IsMonitorLost { get; private set; }

    /// <summary>Called once, when that is seen while the container still lives.</summary>
    public Action? OnMonitorLost { get; set; }

    public async Task<ContainerExit> WaitAsync(CancellationToken cancellationToken)
    {
        if (_monitor is { HasExited: false } && await AskMonitorAsync(_monitor, cancellationToken) is { } told)
        {
            return told;
        }

        // It records before it ends: what is not there by now will not come.
        if (TryRecorded(out var damage) is { } recorded)
        {
            return recorded;
        }

        IsMonitorLost = damage is null;
        var loss = damage ?? "its monitor died before it";
        if (_init is null)
        {
            return Unknown(loss);
        }

        if (IsMonitorLost && !_init.HasExited)
        {
            OnMonitorLost?.Invoke();
        }

        await _init.WaitForExitAsync(cancellationToken);
        return await AskKernelAsync(_init, loss, cancellationToken);
    }

    public void Dispose()
    {
        _monitor?.Dispose();
        _init?.Dispose();
    }

    /// <returns>Null: it has ended without telling.</returns>
    private async Task<ContainerExit?> AskMonitorAsync(PidHandle monitor, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var end = EndAsync(ending.Token);
        try
        {
            while (!monitor.HasExited)
            {
                if (await AskOnceAsync(monitor, end, cancellationToken) is { } exit)
                {
                    return exit;
                }
            }

            return null;
        }
        finally
        {
            // Whatever it says now, it was told to stop.
            await ending.CancelAsync();
            await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ContainerExit?> AskOnceAsync(PidHandle monitor, Task end, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = new MonitorClient(_container.SocketPath).WatchAsync(ending.Token);
        try
        {
            await Task.WhenAny(watch, end);
            if (!watch.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return await HangingAsync(monitor, cancellationToken);
            }

            return ContainerExit.Of(await watch);
        }
        catch (RuntimeException unreachable) when (unreachable.Kind == ErrorKind.Unavailable)
        {
            if (end.IsCompletedSuccessfully)
            {
                return await HangingAsync(monitor, cancellationToken);
            }

            // Ended, or too busy to accept: its pidfd decides.
            await PauseAsync(monitor, cancellationToken);
            return null;
        }
        finally
        {
            await ending.CancelAsync();
            await ((Task)watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The container has gone (null: it had before we looked), and its monitor had its time to say so.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_init is not null)
        {
            await _init.WaitForExitAsync(cancellationToken);
        }

        await Task.Delay(AnnounceLimit, _time, cancellationToken);
    }

    private async Task<ContainerExit> HangingAsync(PidHandle monitor, CancellationToken cancellationToken)
    {
        monitor.Signal(Signals.SIGKILL);
        await PauseAsync(monitor, cancellationToken);
        if (TryRecorded(out var damage) is { } recorded)
        {
            return recorded;
        }

        var loss = damage ?? $"its monitor (pid {monitor.Pid}) did not record it within {AnnounceLimit.TotalSeconds:0.###} s and was killed";
        return _init is null ? Unknown(loss) : await AskKernelAsync(_init, loss, cancellationToken);
    }

    private async Task<ContainerExit> AskKernelAsync(PidHandle init, string loss, CancellationToken cancellationToken)
    {
        var finishedAt = _time.GetUtcNow();
        var start = _time.GetTimestamp();
        for (var pause = FirstReapPause; _time.GetElapsedTime(start) < ReapLimit; pause = pause * 2 < LongestReapPause ? pause * 2 : LongestReapPause)
        {
            if (init.TryReadExit() is { } exit)
            {
                return new ContainerExit(exit.ShellCode, false, finishedAt, 0, null) { Loss = $"{loss}: what it wrote since then is lost" };
            }

            await Task.Delay(pause, _time, cancellationToken);
        }

        return Unknown(loss) with { FinishedAt = finishedAt };
    }

    private static async Task PauseAsync(PidHandle monitor, CancellationToken cancellationToken)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        pause.CancelAfter(ReconnectPause);
        try
        {
            await monitor.WaitForExitAsync(pause.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to try again.
        }
    }

    /// <param name="damage">Why a record that is there tells nothing: the container has ended all the same.</param>
    private ContainerExit? TryRecorded(out string? damage)
    {
        damage = null;
        try
        {
            return ContainerExit.TryRead(_container.ExitFile);
        }
        catch (RuntimeException damaged)
        {
            damage = damaged.Message;
            return null;
        }
    }

    private ContainerExit Unknown(string reason) =>
        new(ContainerExit.UnknownCode, false, _time.GetUtcNow(), 0, $"the exit code is not known: {reason}");
}
