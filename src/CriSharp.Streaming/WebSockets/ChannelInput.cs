using System.Buffers;
using System.IO.Pipelines;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// One channel's bytes on their way in, in a bounded buffer. Disposing of the stream says that nobody reads any more: what still comes is dropped.
/// Read it from one place at a time.
/// </summary>
internal sealed class ChannelInput : AsyncStream
{
    private const int SegmentSize = 32 * 1024;
    private readonly Pipe _pipe;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnded;
    private bool _isAbandoned;
    private bool _isBeingRead;

    public ChannelInput(int capacity) => _pipe = new Pipe(new PipeOptions(
        pauseWriterThreshold: capacity,
        resumeWriterThreshold: capacity / 2,
        minimumSegmentSize: Math.Min(capacity, SegmentSize),
        useSynchronizationContext: false));

    public override bool CanRead => true;

    /// <summary>Ends once the reader has met the end, or has left.</summary>
    internal Task Drained => _drained.Task;

    /// <summary>The client has ended this channel, or nobody reads it.</summary>
    internal bool IsEnded => _isEnded;

    /// <summary>Where the next bytes go. Only before the end, and from the receiver alone.</summary>
    internal Memory<byte> Space(int atLeast = 1) => _pipe.Writer.GetMemory(atLeast);

    /// <summary>Hands over what was put into <see cref="Space"/>, and waits until the reader has made room.</summary>
    internal async ValueTask TakeAsync(int count, CancellationToken cancellationToken)
    {
        _pipe.Writer.Advance(count);
        if ((await _pipe.Writer.FlushAsync(cancellationToken)).IsCompleted)
        {
            End(null);
        }
    }

    /// <param name="failure">What the reader meets after the bytes before; null: the end.</param>
    internal void End(Exception? failure)
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _pipe.Writer.Complete(failure);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            var result = await _pipe.Reader.ReadAsync(cancellationToken);
            var count = (int)Math.Min(result.Buffer.Length, buffer.Length);
            if (result.IsCompleted && result.Buffer.IsEmpty)
            {
                _drained.TrySetResult();
            }

            var part = result.Buffer.Slice(0, count);
            part.CopyTo(buffer.Span);
            _pipe.Reader.AdvanceTo(part.End);
            return count;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Without a buffer of its own, so that a copy which waits costs nothing.</summary>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            await _pipe.Reader.CopyToAsync(destination, cancellationToken);
            _drained.TrySetResult();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The reader was told to leave.
        }
        finally
        {
            Leave();
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_pipe)
        {
            if (_isAbandoned)
            {
                return;
            }

            _isAbandoned = true;
            // Who reads at this moment has the buffer in its hands: it gives it up when it is done.
            if (_isBeingRead)
            {
                _pipe.Reader.CancelPendingRead();
                return;
            }
        }

        GiveUp();
        base.Dispose(disposing);
    }

    private void Enter()
    {
        lock (_pipe)
        {
            ObjectDisposedException.ThrowIf(_isAbandoned, this);
            _isBeingRead = true;
        }
    }

    private void Leave()
    {
        lock (_pipe)
        {
            _isBeingRead = false;
            if (!_isAbandoned)
            {
                return;
            }
        }

        GiveUp();
    }

    private void GiveUp()
    {
        _pipe.Reader.Complete();
        _drained.TrySetResult();
    }
}
