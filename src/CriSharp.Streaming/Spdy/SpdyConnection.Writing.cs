using System.Buffers;
using System.Buffers.Binary;

namespace CriSharp.Streaming.Spdy;

/// <summary>The control frames of this side.</summary>
public sealed partial class SpdyConnection
{
    private readonly Lock _headerGate = new();
    private readonly HeaderDeflater _deflater = new();
    private int _nextId;
    private bool _hasSaidGoodbye;

    /// <summary>Opens a stream.</summary>
    /// <returns>It, when the other side has replied.</returns>
    /// <exception cref="SpdyException">The other side has refused it, or has gone.</exception>
    public async Task<SpdyStream> OpenAsync(IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        SpdyStream stream;
        lock (_headerGate)
        {
            // Ids go up on the wire as well.
            stream = new(this, _nextId, headers, 0) { Replied = new(TaskCreationOptions.RunContinuationsAsynchronously) };
            _nextId += 2;
            _streams[stream.Id] = stream;
            PostSynStream(stream.Id, headers);
        }

        if (Volatile.Read(ref _failure) is { } failure)
        {
            stream.Fail(failure);
        }

        try
        {
            await stream.Replied!.Task.WaitAsync(cancellationToken);
            return stream;
        }
        catch
        {
            stream.Reset(SpdyStatus.Cancel);
            await stream.DisposeAsync();
            throw;
        }
    }

    internal void PostReply(SpdyStream stream)
    {
        lock (_headerGate)
        {
            Span<byte> id = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(id, stream.Id);
            PostWithHeaders(FrameType.SynReply, id, HeaderBlock.None);
        }
    }

    internal void PostReset(int id, SpdyStatus status)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Bytes + 8];
        FrameHeader.WriteControl(frame, FrameType.RstStream, 0, 8);
        BinaryPrimitives.WriteInt32BigEndian(frame[FrameHeader.Bytes..], id);
        BinaryPrimitives.WriteInt32BigEndian(frame[(FrameHeader.Bytes + 4)..], (int)status);
        Writer.Post(frame);
    }

    private void PostSynStream(int id, IReadOnlyDictionary<string, string> headers)
    {
        // The stream it is associated with, priority and slot stay 0.
        Span<byte> content = stackalloc byte[10];
        content.Clear();
        BinaryPrimitives.WriteInt32BigEndian(content, id);
        PostWithHeaders(FrameType.SynStream, content, headers);
    }

    private void PostWithHeaders(FrameType type, ReadOnlySpan<byte> content, IReadOnlyDictionary<string, string> headers)
    {
        var block = new ArrayBufferWriter<byte>();
        HeaderBlock.Write(block, headers);
        var rest = new ArrayBufferWriter<byte>();
        rest.Write(content);
        _deflater.Write(rest, block.WrittenSpan);
        var frame = new byte[FrameHeader.Bytes + rest.WrittenCount];
        FrameHeader.WriteControl(frame, type, 0, rest.WrittenCount);
        rest.WrittenSpan.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        Writer.Post(frame);
    }

    private void PostPing(int id)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Bytes + 4];
        FrameHeader.WriteControl(frame, FrameType.Ping, 0, 4);
        BinaryPrimitives.WriteInt32BigEndian(frame[FrameHeader.Bytes..], id);
        Writer.Post(frame);
    }

    private void PostGoAway(GoAwayStatus status)
    {
        lock (_headerGate)
        {
            if (_hasSaidGoodbye)
            {
                return;
            }

            _hasSaidGoodbye = true;
        }

        Span<byte> frame = stackalloc byte[FrameHeader.Bytes + 8];
        FrameHeader.WriteControl(frame, FrameType.GoAway, 0, 8);
        BinaryPrimitives.WriteInt32BigEndian(frame[FrameHeader.Bytes..], _lastId);
        BinaryPrimitives.WriteInt32BigEndian(frame[(FrameHeader.Bytes + 4)..], (int)status);
        Writer.Post(frame);
    }

    private async Task DrainBrieflyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _options.Time);
        await Writer.DrainAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
