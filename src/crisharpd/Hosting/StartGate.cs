using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// The sockets answer before the daemon has found its pods again: who asks what it is gets an answer at once, all else waits here.
/// </summary>
internal sealed class StartGate(TimeProvider time)
{
    /// <summary>Longer than any healthy start, shorter than the kubelet's patience.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _open.Task.IsCompleted;

    /// <summary>Done once it is open.</summary>
    public Task Opened => _open.Task;

    public void Open() => _open.TrySetResult();

    /// <exception cref="RuntimeException">Unavailable: the start takes too long.</exception>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return;
        }

        try
        {
            await _open.Task.WaitAsync(WaitLimit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RuntimeException(ErrorKind.Unavailable, "crisharpd is still finding again what an earlier one left: its log says what takes so long; try again");
        }
    }
}
