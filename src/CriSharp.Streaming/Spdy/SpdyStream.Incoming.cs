using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace CriSharp.Streaming.Spdy;

/// <summary>What the other side has sent, until it is read.</summary>
public sealed partial class SpdyStream
{
    // The connection counts what is held, so the pipe has no thresholds of its own.
    private static readonly PipeOptions IncomingOptions = new(
        pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 4096, useSynchronizationContext: false);

    private readonly Pipe _incoming;
    private SpdyException? _incomingFailure;
    private bool _hasIncomingEnded;
    private bool _isReading;
    private int _held;

    /// <summary>Bytes that wait for the reader.</summary>
    internal int Held => Volatile.Read(ref _held);

    /// <summary>With an empty buffer: until there is something to read, or the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeginRead();
        try
        {
            var incoming = await ReadIncomingAsync(cancellationToken);
            if (incoming.IsEmpty)
            {
                return 0;
            }

            var part = incoming.Slice(0, Math.Min(incoming.Length, buffer.Length));
            part.CopyTo(buffer.Span);
            // What is consumed may hold other bytes at once.
            var count = (int)part.Length;
            Consume(count, part.End);
            return count;
        }
        finally
        {
            EndRead();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Hands on what comes without a copy in between.</summary>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        BeginRead();
        try
        {
            while (await ReadIncomingAsync(cancellationToken) is { IsEmpty: false } incoming)
            {
                var piece = incoming.First;
                await destination.WriteAsync(piece, cancellationToken);
                Consume(piece.Length, incoming.GetPosition(piece.Length));
            }
        }
        finally
        {
            EndRead();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is read asynchronously");

    /// <returns>Whether somebody will read it.</returns>
    internal bool Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_hasIncomingEnded)
            {
                return false;
            }

            bytes.CopyTo(_incoming.Writer.GetSpan(bytes.Length));
            _incoming.Writer.Advance(bytes.Length);
            Interlocked.Add(ref _held, bytes.Length);
            _connection.Hold(bytes.Length);
            // Without thresholds there is nothing to wait for.
            return IsFlushed(_incoming.Writer.FlushAsync());
        }
    }

    /// <summary>The other side's half has ended.</summary>
    internal void ReceiveEnd()
    {
        lock (_gate)
        {
            EndIncoming();
        }
    }

    /// <summary>Both halves have ended without a proper end.</summary>
    internal void Fail(SpdyException failure)
    {
        CancellationTokenSource? broken;
        lock (_gate)
        {
            if (_writing == Half.Open)
            {
                _writing = Half.Reset;
            }

            _failure ??= failure;
            _incomingFailure ??= _hasIncomingEnded ? null : failure;
            EndIncoming();
            broken = _broken;
        }

        // Whom it wakes need not hold up the loop that reads.
        _ = broken?.CancelAsync();

        if (Replied?.TrySetException(failure) == true)
        {
            // Nobody may be waiting for the reply.
            _ = Replied.Task.Exception;
        }
    }

    private static bool IsFlushed(ValueTask<FlushResult> flush) => flush.IsCompleted;

    private void StopReading()
    {
        lock (_gate)
        {
            EndIncoming();
            if (_isReading)
            {
                _incoming.Reader.CancelPendingRead();
                return;
            }

            LetGo();
        }
    }

    private void EndIncoming()
    {
        if (_hasIncomingEnded)
        {
            return;
        }

        _hasIncomingEnded = true;
        _incoming.Writer.Complete();
    }

    private void BeginRead()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isReading)
            {
                throw new InvalidOperationException("another read is running");
            }

            _isReading = true;
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadIncomingAsync(CancellationToken cancellationToken)
    {
        var result = await _incoming.Reader.ReadAsync(cancellationToken);
        ObjectDisposedException.ThrowIf(result.IsCanceled || _isDisposed, this);
        if (!result.Buffer.IsEmpty)
        {
            return result.Buffer;
        }

        _incoming.Reader.AdvanceTo(result.Buffer.End);
        return _incomingFailure is null ? result.Buffer : throw new SpdyException(_incomingFailure.Message, _incomingFailure);
    }

    private void Consume(int count, SequencePosition end)
    {
        _incoming.Reader.AdvanceTo(end);
        Interlocked.Add(ref _held, -count);
        _connection.LetGo(count);
    }

    private void EndRead()
    {
        lock (_gate)
        {
            _isReading = false;
            if (_isDisposed)
            {
                LetGo();
            }
        }
    }

    private void LetGo()
    {
        _incoming.Reader.Complete();
        _connection.LetGo(Interlocked.Exchange(ref _held, 0));
    }
}
