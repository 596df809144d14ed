using System.Buffers;
using System.Runtime.InteropServices;

namespace CriSharp.Linux.Compression;

/// <summary>
/// Decompresses zstd: any number of frames, one after the other, skippable ones left out. A frame may ask for a window of at most 128 MiB, which is
/// the library's own limit (zstd --ultra -22 stays within it). RFC 8878
/// </summary>
/// <param name="compressed">Not disposed.</param>
public sealed unsafe class ZstdStream(Stream compressed) : DecompressingStream
{
    private const int InputBytes = 64 * 1024;

    private readonly ZstdHandle _stream = ZstdHandle.Create();
    private byte[]? _input = ArrayPool<byte>.Shared.Rent(InputBytes);
    private int _start;
    private int _end;
    private nuint _hint;

    /// <exception cref="InvalidDataException">Malformed, truncated, or a window that is too large.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            // What is inside the decompressor comes out before more goes in.
            var written = Step(buffer);
            if (written > 0)
            {
                return written;
            }

            if (_start < _end)
            {
                continue;
            }

            (_start, _end) = (0, compressed.Read(_input!, 0, InputBytes));
            if (_end == 0)
            {
                return _hint == 0 ? 0 : throw new InvalidDataException("its zstd data is truncated");
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _input is { } input)
        {
            _input = null;
            ArrayPool<byte>.Shared.Return(input);
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>How many bytes came out; none where more input is needed or a frame has ended.</returns>
    private int Step(Span<byte> buffer)
    {
        if (_start == _end && _hint == 0)
        {
            return 0;
        }

        fixed (byte* source = _input)
        fixed (byte* destination = buffer)
        {
            var input = new Libzstd.InBuffer { Source = source, Size = (nuint)_end, Position = (nuint)_start };
            var output = new Libzstd.OutBuffer { Destination = destination, Size = (nuint)buffer.Length };
            var hint = Libzstd.ZSTD_decompressStream(_stream.DangerousGetHandle(), &output, &input);
            if (Libzstd.ZSTD_isError(hint) != 0)
            {
                throw new InvalidDataException($"its zstd data can't be read: {Marshal.PtrToStringUTF8((nint)Libzstd.ZSTD_getErrorName(hint))}");
            }

            _start = (int)input.Position;
            _hint = hint;
            return (int)output.Position;
        }
    }
}
