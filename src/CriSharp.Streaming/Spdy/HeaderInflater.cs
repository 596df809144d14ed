using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// The other side's zlib stream (RFC 1950), which goes on through the header blocks of a whole connection. The base library's inflater knows no
/// preset dictionary; one that is fed as a stored block before all else has the same effect.
/// </summary>
internal sealed class HeaderInflater : IDisposable
{
    private const int HeadBytes = 2;
    private const int HeadWithDictionaryBytes = 6;
    private const byte DictionaryFlag = 0x20;

    private readonly InputStream _input = new();
    private readonly DeflateStream _inflater;
    private readonly byte[] _head = new byte[HeadWithDictionaryBytes];
    private int _headRead;
    private bool _isPrimed;

    public HeaderInflater() => _inflater = new DeflateStream(_input, CompressionMode.Decompress);

    /// <summary>Inflates all of the input.</summary>
    /// <exception cref="SpdyException">It is no zlib stream, of another dictionary, or the output would be longer than a block may be.</exception>
    public void Inflate(ReadOnlyMemory<byte> input, ArrayBufferWriter<byte> output)
    {
        while (!_isPrimed && !input.IsEmpty)
        {
            _head[_headRead++] = input.Span[0];
            input = input[1..];
            ReadHead();
        }

        if (input.IsEmpty)
        {
            return;
        }

        _input.Set(input);
        try
        {
            for (; ; )
            {
                var room = output.GetSpan(512);
                var count = _inflater.Read(room);
                if (count == 0)
                {
                    break;
                }

                output.Advance(count);
                if (output.WrittenCount > HeaderBlock.LongestBlock)
                {
                    throw new SpdyException($"a header block of more than {HeaderBlock.LongestBlock} bytes");
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new SpdyException("headers that can't be inflated", e);
        }

        if (!_input.IsEmpty)
        {
            throw new SpdyException("headers after the end of their compression");
        }
    }

    public void Dispose() => _inflater.Dispose();

    private void ReadHead()
    {
        if (_headRead < HeadBytes)
        {
            return;
        }

        if ((_head[0] & 0x0F) != 8 || _head[0] >> 4 > 7 || BinaryPrimitives.ReadUInt16BigEndian(_head) % 31 != 0)
        {
            throw new SpdyException("headers that are no zlib stream");
        }

        var hasDictionary = (_head[1] & DictionaryFlag) != 0;
        if (_headRead < (hasDictionary ? HeadWithDictionaryBytes : HeadBytes))
        {
            return;
        }

        if (hasDictionary)
        {
            Prime();
        }

        _isPrimed = true;
    }

    private void Prime()
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(HeadBytes)) != HeaderDictionary.Id)
        {
            throw new SpdyException("headers of an unknown dictionary");
        }

        var stored = new ArrayBufferWriter<byte>();
        HeaderDeflater.WriteStored(stored, HeaderDictionary.Bytes);
        _input.Set(stored.WrittenMemory);
        _inflater.ReadExactly(new byte[HeaderDictionary.Bytes.Length]);
    }

    /// <summary>Ends where the bytes of the moment end.</summary>
    private sealed class InputStream : Stream
    {
        private ReadOnlyMemory<byte> _bytes;

        public bool IsEmpty => _bytes.IsEmpty;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Set(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _bytes.Length);
            _bytes.Span[..count].CopyTo(buffer);
            _bytes = _bytes[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
