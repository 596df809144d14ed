using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>What all sessions do alike: one task waits for the end, and has the streams end behind it.</summary>
internal abstract class StreamedProcess(MonitorConnection connection, SessionStreams streams, TimeSpan drainGrace) : IStreamedProcess
{
    private readonly CancellationTokenSource _life = new();
    private Task<int> _end = Task.FromResult(0);
    private Task _drained = Task.CompletedTask;

    public Stream? Stdin => streams.Stdin;

    public Stream? Stdout => streams.Stdout;

    public Stream? Stderr => streams.Stderr;

    protected MonitorConnection Connection => connection;

    protected SessionStreams Streams => streams;

    public abstract void Resize(int columns, int rows);

    public Task<int> WaitAsync(CancellationToken cancellationToken) => _end.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        streams.Dispose();
        await Task.WhenAny(_end);
        await Task.WhenAny(_drained);
        _ = _end.Exception;
        connection.Dispose();
    }

    /// <summary>To be called once, when the session is made.</summary>
    protected void Begin()
    {
        _end = ReceiveEndAsync(_life.Token);
        _drained = DrainAsync();
    }

    /// <returns>The exit code.</returns>
    /// <exception cref="RuntimeException">As <see cref="IStreamedProcess.WaitAsync"/> says.</exception>
    protected abstract Task<int> ReceiveEndAsync(CancellationToken cancellationToken);

    private async Task DrainAsync()
    {
        await Task.WhenAny(_end);
        streams.LetGo();
        await Task.WhenAny(Task.Delay(drainGrace, _life.Token));
        if (!_life.IsCancellationRequested)
        {
            streams.EndAtPause();
        }
    }
}
