using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>One message of base64 with padding, decoded as its pieces come.</summary>
internal sealed class Base64Message : IDisposable
{
    /// <summary>Bytes that are held at most, and more than one decoding gives.</summary>
    public const int Size = 16 * 1024;

    private readonly byte[] _text = ArrayPool<byte>.Shared.Rent(Size);
    private int _count;

    /// <summary>Where the next piece of text goes; never empty after <see cref="Decode"/>.</summary>
    public Memory<byte> Space => _text.AsMemory(_count, Size - _count);

    /// <summary>Takes what was put into <see cref="Space"/>, less the blanks and line ends that an encoder may have put in.</summary>
    public void Add(int count)
    {
        foreach (var character in _text.AsSpan(_count, count))
        {
            if (character is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                _text[_count++] = character;
            }
        }
    }

    /// <returns>How many bytes were put into <paramref name="bytes"/>, which holds <see cref="Size"/> or more.</returns>
    /// <exception cref="ChannelProtocolException">It is no base64.</exception>
    public int Decode(Memory<byte> bytes, bool isLast)
    {
        // Padding may only end a message: the last four characters wait until it is known whether more come.
        var usable = isLast ? _count : Math.Max(0, _count - 4) & ~3;
        var status = Base64.DecodeFromUtf8(_text.AsSpan(0, usable), bytes.Span, out var consumed, out var written, isLast);
        if (status != OperationStatus.Done || consumed != usable)
        {
            throw new ChannelProtocolException(WebSocketCloseStatus.InvalidPayloadData, "the message is no base64");
        }

        _text.AsSpan(usable, _count - usable).CopyTo(_text);
        _count -= usable;
        return written;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_text);
}
