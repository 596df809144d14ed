namespace CriSharp.Streaming.Spdy;

/// <summary>What a connection may hold, and how long it may wait.</summary>
public sealed partial class SpdyConnection
{
    /// <summary>Of all open streams together.</summary>
    private const int HeaderBudget = 8 * 1024 * 1024;

    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(10);

    private Stall? _stall;
    private long _held;

    internal void Hold(int bytes) => Interlocked.Add(ref _held, bytes);

    internal void LetGo(int bytes)
    {
        // A full fence, as the exchange below is: either the loop sees the room, or we see the loop wait.
        Interlocked.Add(ref _held, -bytes);
        if (Volatile.Read(ref _stall) is { } stall && HasRoomAgain(stall.Stream))
        {
            stall.Over.TrySetResult();
        }
    }

    private bool IsOverBudget(SpdyStream stream) =>
        stream.Held > _options.StreamBuffer || Interlocked.Read(ref _held) > _options.ConnectionBuffer;

    private bool HasRoomAgain(SpdyStream stream) =>
        stream.Held <= _options.StreamBuffer / 2 && Interlocked.Read(ref _held) <= _options.ConnectionBuffer;

    private async ValueTask WaitForReaderAsync(SpdyStream stream)
    {
        for (; ; )
        {
            var stall = new Stall(stream, new(TaskCreationOptions.RunContinuationsAsynchronously));
            Interlocked.Exchange(ref _stall, stall);
            if (HasRoomAgain(stream))
            {
                break;
            }

            await stall.Over.Task.WaitAsync(_ending.Token);
        }

        Volatile.Write(ref _stall, null);
    }

    private ITimer StartWatch()
    {
        var shortest = _options.FrameTimeout < _options.IdleTimeout ? _options.FrameTimeout : _options.IdleTimeout;
        var round = shortest / 3 < LongestRound ? shortest / 3 : LongestRound;
        return _options.Time.CreateTimer(_ => Watch(), null, round, round);
    }

    private void Watch()
    {
        var unfinished = _reader.UnfinishedSince;
        if (unfinished != 0 && _options.Time.GetElapsedTime(unfinished) > _options.FrameTimeout)
        {
            End(new($"a frame was not finished in {_options.FrameTimeout.TotalSeconds} s"));
            return;
        }

        var last = Math.Max(_reader.LastRead, Writer.LastWrite);
        if (_options.Time.GetElapsedTime(last) > _options.IdleTimeout)
        {
            End(new($"nothing was said for {_options.IdleTimeout.TotalSeconds} s"));
            return;
        }

        // While the loop does not read, only a write tells that nobody is there any more.
        if (Volatile.Read(ref _stall) is not null && Writer.IsIdle)
        {
            PostPing(_isServer ? 2 : 1);
        }
    }

    private sealed record Stall(SpdyStream Stream, TaskCompletionSource Over);
}
