using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace CriSharp.Grpc.Wire;

/// <summary>A message with its five bytes of prefix, serialized for one write. Never compressed: both ends are on one machine.</summary>
internal sealed class Frame : SerializationContext, IBufferWriter<byte>
{
    private readonly int _limitBytes;
    private byte[] _bytes = [];
    private int _written;

    private Frame(int limitBytes) => _limitBytes = limitBytes;

    /// <exception cref="RpcException">The message is larger than the limit.</exception>
    public static ReadOnlyMemory<byte> Of<T>(Marshaller<T> marshaller, T message, int limitBytes)
    {
        var frame = new Frame(limitBytes);
        marshaller.ContextualSerializer(message, frame);
        return frame._bytes.AsMemory(0, frame._written);
    }

    public override void SetPayloadLength(int payloadLength)
    {
        if (payloadLength > _limitBytes)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"A message of {payloadLength} bytes is more than the {_limitBytes} that may be sent."));
        }

        _bytes = GC.AllocateUninitializedArray<byte>(FrameReader.PrefixBytes + payloadLength);
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
        if (_written != _bytes.Length)
        {
            throw new InvalidOperationException($"The serializer promised {_bytes.Length} bytes and wrote {_written}.");
        }
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_written);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_written);
}
