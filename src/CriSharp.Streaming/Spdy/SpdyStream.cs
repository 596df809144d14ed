namespace CriSharp.Streaming.Spdy;

/// <summary>
/// One stream of a connection: each side's half ends by itself. Disposing of it ends our half and passes over whatever still comes.
/// A read of 0 bytes is the other side's end; reads and writes fail with <see cref="SpdyException"/> after a reset or the connection's end,
/// reads only after what had come before. One read and one write may run at a time.
/// </summary>
public sealed partial class SpdyStream : Stream
{
    private readonly SpdyConnection _connection;
    private readonly Lock _gate = new();
    private Half _writing;
    private SpdyException? _failure;
    private CancellationTokenSource? _broken;
    private bool _isDisposed;

    internal SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers, int headerBytes)
    {
        (_connection, Id, Headers, HeaderBytes) = (connection, id, headers, headerBytes);
        _incoming = new(IncomingOptions);
    }

    private enum Half
    {
        Open,
        Ended,
        Reset,
    }

    public int Id { get; }

    /// <summary>What the stream was opened with; names in lower case, several values of one name separated by NUL.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What the connection's budget was charged for the headers.</summary>
    internal int HeaderBytes { get; }

    /// <summary>Fires at a reset, and at the connection's end: also when the other side has ended its half before, so that no read tells.</summary>
    internal CancellationToken Broken
    {
        get
        {
            lock (_gate)
            {
                return _failure is null ? (_broken ??= new()).Token : new CancellationToken(canceled: true);
            }
        }
    }

    /// <summary>On the client's side: ends with the server's reply.</summary>
    internal TaskCompletionSource? Replied { get; init; }

    /// <summary>Accepts a stream that the other side has opened. Once.</summary>
    public void Reply() => _connection.PostReply(this);

    /// <summary>Ends our half; what was written before arrives before. The other half goes on.</summary>
    public void EndWrites()
    {
        lock (_gate)
        {
            if (_writing != Half.Open)
            {
                return;
            }

            _writing = Half.Ended;
        }

        _connection.Writer.PostEnd(Id);
    }

    /// <summary>Ends both halves at once, unless both have ended already.</summary>
    public void Reset(SpdyStatus status)
    {
        lock (_gate)
        {
            if (_writing == Half.Reset || (_writing == Half.Ended && _hasIncomingEnded))
            {
                return;
            }

            _writing = Half.Reset;
        }

        _connection.PostReset(Id, status);
        Fail(new SpdyException("this side has reset the stream"));
        _connection.Forget(this);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : _connection.Writer.WriteAsync(this, buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>What was written is on its way already.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is written asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    internal void ThrowIfNotWritable()
    {
        if (_writing != Half.Open)
        {
            throw new SpdyException(_failure?.Message ?? "this half of the stream has ended", _failure);
        }
    }

    /// <summary>The other side can't be written to from the start: a unidirectional stream.</summary>
    internal void CloseWrites() => _writing = Half.Ended;

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        EndWrites();
        StopReading();
        _connection.Forget(this);
        base.Dispose(disposing);
    }
}
