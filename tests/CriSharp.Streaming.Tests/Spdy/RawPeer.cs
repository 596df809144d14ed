using System.Buffers;
using System.Buffers.Binary;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>A client that says what it is told to, right or wrong, and hears frames.</summary>
internal sealed class RawPeer(Wire wire)
{
    private readonly HeaderDeflater _deflater = new();

    public Wire Wire => wire;

    public static byte[] Control(int type, byte flags, params byte[] content)
    {
        var frame = new byte[FrameHeader.Bytes + content.Length];
        FrameHeader.WriteControl(frame, (FrameType)type, flags, content.Length);
        content.CopyTo(frame, FrameHeader.Bytes);
        return frame;
    }

    public static byte[] Data(int id, byte flags, params byte[] content)
    {
        var frame = new byte[FrameHeader.Bytes + content.Length];
        FrameHeader.WriteData(frame, id, flags, content.Length);
        content.CopyTo(frame, FrameHeader.Bytes);
        return frame;
    }

    public static byte[] Ping(int id) => Control(6, 0, Number(id));

    public static byte[] Reset(int id, SpdyStatus status) => Control(3, 0, [.. Number(id), .. Number((int)status)]);

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public byte[] SynStream(int id, byte flags, params (string Name, string Value)[] headers)
    {
        var block = new ArrayBufferWriter<byte>();
        HeaderBlock.Write(block, headers.ToDictionary(header => header.Name, header => header.Value));
        return SynStream(id, flags, block.WrittenSpan);
    }

    public byte[] SynStream(int id, byte flags, ReadOnlySpan<byte> block)
    {
        var compressed = new ArrayBufferWriter<byte>();
        _deflater.Write(compressed, block);
        return Control(1, flags, [.. Number(id), .. Number(0), 0, 0, .. compressed.WrittenSpan]);
    }

    public Task SayAsync(params byte[] bytes) => wire.WriteAsync(bytes).AsTask();

    public Task OpenAsync(int id, params (string Name, string Value)[] headers) => SayAsync(SynStream(id, 0, headers));

    /// <summary>The next frame; null at the end.</summary>
    public async Task<(FrameHeader Header, byte[] Content)?> HearAsync()
    {
        var head = new byte[FrameHeader.Bytes];
        if (await wire.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).AsTask().WaitAsync(TimeSpan.FromSeconds(20)) < head.Length)
        {
            return null;
        }

        var header = FrameHeader.Read(head);
        var content = new byte[header.Length];
        await wire.ReadExactlyAsync(content).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return (header, content);
    }

    /// <summary>The next frame of a type, others passed over.</summary>
    public async Task<byte[]> HearAsync(FrameType type)
    {
        while (await HearAsync() is { } frame)
        {
            if (frame.Header.IsControl && frame.Header.Type == type)
            {
                return frame.Content;
            }
        }

        throw new EndOfStreamException($"no {type} came");
    }

    /// <summary>All that is left, to the end.</summary>
    public async Task<List<(FrameHeader Header, byte[] Content)>> HearAllAsync()
    {
        var frames = new List<(FrameHeader, byte[])>();
        while (await HearAsync() is { } frame)
        {
            frames.Add(frame);
        }

        return frames;
    }
}
