using System.Diagnostics;
using System.Threading.Channels;

namespace CriSharp.Daemon.Tracing;

/// <summary>Spans that have ended and wait to be sent. What comes while it is full is dropped and counted: work never waits for it.</summary>
internal sealed class SpanQueue
{
    private const int Capacity = 4096;

    private readonly Channel<Activity> _spans = Channel.CreateBounded<Activity>(Capacity);
    private long _dropped;
    private long _sent;

    public long Dropped => Volatile.Read(ref _dropped);

    public long Sent => Volatile.Read(ref _sent);

    public int Count => _spans.Reader.Count;

    public void Add(Activity span)
    {
        if (span.Recorded && !_spans.Writer.TryWrite(span))
        {
            Drop(1);
        }
    }

    public void Drop(int count) => Interlocked.Add(ref _dropped, count);

    public void CountSent(int count) => Interlocked.Add(ref _sent, count);

    /// <returns>False once it is closed and empty.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _spans.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>What waits now, at most so many.</summary>
    public List<Activity> Take(int limit)
    {
        var taken = new List<Activity>();
        while (taken.Count < limit && _spans.Reader.TryRead(out var span))
        {
            taken.Add(span);
        }

        return taken;
    }

    /// <summary>What is there can still be taken; what comes is dropped.</summary>
    public void Close() => _spans.Writer.TryComplete();
}
