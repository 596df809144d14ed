using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace CriSharp.Grpc.Wire;

/// <summary>A message with its five bytes of prefix, serialized for one write. Never compressed: both ends are on one machine.</summary>
internal sealed class Frame : SerializationContext, IBufferWriter<byte>, IDisposable
{
    private readonly int _limitBytes;
    private byte[] _bytes = [];
    private int _length;
    private int _written;

    private Frame(int limitBytes) => _limitBytes = limitBytes;

    /// <summary>Valid until the frame is disposed of.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _written);

    /// <summary>In a borrowed buffer: lists are large, and asked for all the time.</summary>
    /// <exception cref="RpcException">The message is larger than the limit.</exception>
    public static Frame Of<T>(Marshaller<T> marshaller, T message, int limitBytes)
    {
        var frame = new Frame(limitBytes);
        try
        {
            marshaller.ContextualSerializer(message, frame);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, _length, _written) = ([], 0, 0);
    }

    public override void SetPayloadLength(int payloadLength)
    {
        if (payloadLength > _limitBytes)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"A message of {payloadLength} bytes is more than the {_limitBytes} that may be sent."));
        }

        Dispose();
        _length = FrameReader.PrefixBytes + payloadLength;
        _bytes = ArrayPool<byte>.Shared.Rent(_length);
        _bytes[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(1), (uint)payloadLength);
        _written = FrameReader.PrefixBytes;
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete(byte[] payload)
    {
        SetPayloadLength(payload.Length);
        payload.CopyTo(_bytes, FrameReader.PrefixBytes);
        Advance(payload.Length);
    }

    public override void Complete()
    {
        if (_written != _length)
        {
            throw new InvalidOperationException($"The serializer promised {_length} bytes and wrote {_written}.");
        }
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_written, _length - _written);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_written, _length - _written);
}
