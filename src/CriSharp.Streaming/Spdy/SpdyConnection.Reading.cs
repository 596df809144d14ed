using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CriSharp.Streaming.Spdy;

/// <summary>One loop reads all frames.</summary>
public sealed partial class SpdyConnection
{
    private const int IdMask = int.MaxValue;
    private const int MostKeptForHeaders = 16 * 1024;

    private ArrayBufferWriter<byte> _headerBlock = new();
    private HeaderInflater? _inflater;
    private bool _refusesStreams;
    private long _headerBytes;
    private int _lastId;
    private int _isDisposed;

    /// <summary>A server that refuses all streams has no use for their headers.</summary>
    private bool NeedsHeaders => !(_isServer && Volatile.Read(ref _refusesStreams));

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.NextAsync(_ending.Token) is { } header)
            {
                ForgetHeadersIfUseless();
                await (header.IsControl ? ReadControlAsync(header) : ReadDataAsync(header));
            }

            End(new("the other side has closed the connection"));
        }
        catch (SpdyException e)
        {
            PostGoAway(GoAwayStatus.ProtocolError);
            await DrainBrieflyAsync();
            End(e);
        }
        catch (Exception e)
        {
            End(new("the connection has gone", e));
        }

        foreach (var stream in _streams.Values)
        {
            stream.Fail(_failure!);
        }

        _ = _gone.CancelAsync();
        _opened.Writer.TryComplete();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadDataAsync(FrameHeader header)
    {
        if (header.StreamId == 0 || (IsTheirs(header.StreamId) ? header.StreamId > _lastId : header.StreamId >= _nextId))
        {
            throw new SpdyException($"data of stream {header.StreamId}, which was not opened");
        }

        // Data of a stream that we have done with is passed over: the other side may not know yet.
        _streams.TryGetValue(header.StreamId, out var stream);
        while (_reader.Left > 0)
        {
            var bytes = await _reader.ReadSomeAsync(_ending.Token);
            if (stream?.Receive(bytes.Span) == true && IsOverBudget(stream))
            {
                await WaitForReaderAsync(stream);
            }
        }

        if (header.IsFin)
        {
            stream?.ReceiveEnd();
        }
    }

    private async ValueTask ReadControlAsync(FrameHeader header)
    {
        if (!header.IsOfOurVersion)
        {
            throw new SpdyException("a frame of another version than 3");
        }

        switch (header.Type)
        {
            case FrameType.SynStream:
                await ReadSynStreamAsync(header);
                break;
            case FrameType.SynReply:
                await ReadSynReplyAsync(header);
                break;
            case FrameType.RstStream:
                await ReadResetAsync();
                break;
            case FrameType.Headers:
                var id = await ReadIdAsync();
                await ReadHeadersAsync();
                EndIfFin(header, id);
                break;
            case FrameType.Ping:
                await ReadPingAsync();
                break;
            case FrameType.GoAway:
                // The streams that are there go on; the end of the connection tells the rest.
                RefuseNewStreams();
                break;
            default:
                break;
        }

        await _reader.SkipAsync(_ending.Token);
    }

    private async ValueTask ReadSynStreamAsync(FrameHeader header)
    {
        var content = await _reader.ReadAsync(10, _ending.Token);
        var id = BinaryPrimitives.ReadInt32BigEndian(content.Span) & IdMask;
        if (!IsTheirs(id) || id <= _lastId)
        {
            throw new SpdyException($"stream {id} opened after stream {_lastId}");
        }

        _lastId = id;
        var headers = await ReadHeadersAsync();
        var headerBytes = SizeOf(headers);
        if (headers is null || _streams.Count >= _options.MostStreams || Interlocked.Read(ref _headerBytes) + headerBytes > HeaderBudget)
        {
            PostReset(id, SpdyStatus.RefusedStream);
            await Writer.WaitForRoomAsync(_ending.Token);
            return;
        }

        var stream = new SpdyStream(this, id, headers, headerBytes);
        if ((header.Flags & FrameHeader.Unidirectional) != 0)
        {
            stream.CloseWrites();
        }

        Interlocked.Add(ref _headerBytes, stream.HeaderBytes);
        _streams[id] = stream;
        EndIfFin(header, id);
        _opened.Writer.TryWrite(stream);
        // Whoever takes it answers.
        await Writer.WaitForRoomAsync(_ending.Token);
    }

    private async ValueTask ReadSynReplyAsync(FrameHeader header)
    {
        var id = await ReadIdAsync();
        await ReadHeadersAsync();
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.Replied?.TrySetResult();
        }

        EndIfFin(header, id);
    }

    private async ValueTask ReadResetAsync()
    {
        var content = await _reader.ReadAsync(8, _ending.Token);
        var id = BinaryPrimitives.ReadInt32BigEndian(content.Span) & IdMask;
        var status = (SpdyStatus)BinaryPrimitives.ReadInt32BigEndian(content.Span[4..]);
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.Fail(new($"the other side has reset the stream ({status})"));
        }
    }

    private async ValueTask ReadPingAsync()
    {
        var content = await _reader.ReadAsync(4, _ending.Token);
        var id = BinaryPrimitives.ReadInt32BigEndian(content.Span);
        // Odd ones are a client's, even ones a server's: our own come back as answers.
        if ((id & 1) == (_isServer ? 1 : 0))
        {
            PostPing(id);
            await Writer.WaitForRoomAsync(_ending.Token);
        }
    }

    private async ValueTask<int> ReadIdAsync() =>
        BinaryPrimitives.ReadInt32BigEndian((await _reader.ReadAsync(4, _ending.Token)).Span) & IdMask;

    /// <summary>The rest of a frame.</summary>
    /// <returns>Null: nobody wants to know.</returns>
    private async ValueTask<IReadOnlyDictionary<string, string>?> ReadHeadersAsync()
    {
        if (!NeedsHeaders)
        {
            await _reader.SkipAsync(_ending.Token);
            return null;
        }

        _inflater ??= new();
        _headerBlock.ResetWrittenCount();
        while (_reader.Left > 0)
        {
            _inflater.Inflate(await _reader.ReadSomeAsync(_ending.Token), _headerBlock);
        }

        var headers = HeaderBlock.Read(_headerBlock.WrittenSpan);
        if (_headerBlock.Capacity > MostKeptForHeaders)
        {
            _headerBlock = new();
        }

        return _refusesStreams ? null : headers;
    }

    /// <summary>Once no header counts any more, the state of their compression may go: most of an idle connection's memory.</summary>
    private void ForgetHeadersIfUseless()
    {
        if (_inflater is null || NeedsHeaders)
        {
            return;
        }

        _inflater.Dispose();
        (_inflater, _headerBlock) = (null, new());
    }

    private void EndIfFin(FrameHeader header, int id)
    {
        if (header.IsFin && _streams.TryGetValue(id, out var stream))
        {
            stream.ReceiveEnd();
        }
    }

    private static int SizeOf(IReadOnlyDictionary<string, string>? headers) =>
        headers?.Sum(header => 2 * (header.Key.Length + header.Value.Length)) ?? 0;

    private bool IsTheirs(int id) => (id & 1) == (_isServer ? 1 : 0);
}
