using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// SPDY/3.1 over a duplex stream, as Kubernetes' clients speak it: many streams, each with two halves, over one connection. Nobody there controls
/// flow per stream, so a stream that is not read holds up the others once its buffer is full (<see cref="SpdyOptions.StreamBuffer"/>): the
/// connection is read no further, and TCP lets the other side wait. Memory stays bounded whatever comes.
/// Draft 3.1: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
/// </summary>
public sealed partial class SpdyConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly SpdyOptions _options;
    private readonly bool _isServer;
    private readonly FrameReader _reader;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _opened = Channel.CreateUnbounded<SpdyStream>(new() { SingleWriter = true });
    private readonly ITimer _watch;
    private readonly Task _reading;
    private SpdyException? _failure;

    private SpdyConnection(Stream stream, SpdyOptions options, bool isServer)
    {
        (_stream, _options, _isServer) = (stream, options, isServer);
        _nextId = isServer ? 2 : 1;
        _refusesStreams = !isServer;
        _reader = new(stream, options.Time);
        Writer = new(stream, options.Time, e => End(new("the connection can't be written to", e)), _ending.Token);
        _reading = Task.Run(ReadAsync);
        _watch = StartWatch();
    }

    /// <summary>Fires when the other side has gone, or said what it may not; buffered data can still be read.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Why it has ended, for a log; null: it has not.</summary>
    public string? EndReason => _failure is { } failure ? failure.InnerException is { } inner ? $"{failure.Message} ({inner.Message})" : failure.Message : null;

    /// <summary>Limits that hold for this connection.</summary>
    public SpdyOptions Options => _options;

    internal FrameWriter Writer { get; }

    /// <summary>The server's side of a connection that is upgraded already. It is the owner of the stream, whose writes must not need a flush.</summary>
    public static SpdyConnection Server(Stream stream, SpdyOptions? options = null) => new(stream, options ?? new(), isServer: true);

    /// <inheritdoc cref="Server"/>
    public static SpdyConnection Client(Stream stream, SpdyOptions? options = null) => new(stream, options ?? new(), isServer: false);

    /// <summary>The next stream that the other side has opened, which waits for a reply or a reset; whoever gets it disposes of it.</summary>
    /// <returns>Null: the connection has ended.</returns>
    public async ValueTask<SpdyStream?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (await _opened.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_opened.Reader.TryRead(out var stream))
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>Every stream that is opened from now on is reset at once, and its headers are not even looked at.</summary>
    public void RefuseNewStreams() => Volatile.Write(ref _refusesStreams, true);

    /// <summary>
    /// A server says goodbye when all that was written is sent, however long a client pauses that reads it, and waits for the client to hang up
    /// (<see cref="SpdyOptions.Linger"/>): closing earlier could destroy what the client has not read yet. A client hangs up. Streams that are
    /// still open are reset.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            await _reading;
            return;
        }

        RefuseNewStreams();
        foreach (var stream in _streams.Values)
        {
            stream.Reset(SpdyStatus.Cancel);
            // What nobody has read must not keep the client's departure from being read.
            await stream.DisposeAsync();
        }

        PostGoAway(GoAwayStatus.Ok);
        await GoodbyeAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(new("this side has closed the connection"));
        await _reading;
        await _watch.DisposeAsync();
        _reader.Dispose();
        _inflater?.Dispose();
        await _stream.DisposeAsync();
    }

    /// <summary>Ends the connection without a word: what waits in either direction is lost.</summary>
    public void Abort() => End(new("this side has aborted the connection"));

    /// <summary>The stream is nobody's any more.</summary>
    internal void Forget(SpdyStream stream)
    {
        if (_streams.TryRemove(stream.Id, out _))
        {
            Interlocked.Add(ref _headerBytes, -stream.HeaderBytes);
        }
    }

    private async Task GoodbyeAsync()
    {
        var drained = Writer.DrainAsync(CancellationToken.None);
        if (!_isServer)
        {
            await drained.WaitAsync(_options.Linger, _options.Time);
            return;
        }

        // A client behind a pager reads nothing for as long as a person looks at a page. Where nothing moves for too long, the watch ends it.
        await drained;
        await _reading.WaitAsync(_options.Linger, _options.Time);
    }

    private void End(SpdyException failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null)
        {
            return;
        }

        Writer.Stop(failure);
        _ = _ending.CancelAsync();
    }
}
