namespace CriSharp.Linux.Compression;

/// <summary>
/// Decompresses gzip by ISA-L: any number of members, one after the other. What follows the last one and is no member is left out, as GZipStream does. RFC 1952
/// </summary>
/// <param name="compressed">Not disposed.</param>
public sealed unsafe class IsalGzipStream(Stream compressed) : Stream
{
    private readonly IsalHandle _handle = new();
    private Place _place = Place.InMember;
    private int _start;
    private int _end;

    private enum Place
    {
        InMember,
        AfterMember,
        AtEnd,
    }

    /// <summary>Whether libisal is installed on this machine.</summary>
    public static bool IsInstalled => Libisal.IsInstalled;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">Malformed, truncated, or not what its checksum says.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0 && _place != Place.AtEnd)
        {
            if (_place == Place.AfterMember)
            {
                _place = BeginsMember() ? Place.InMember : Place.AtEnd;
                continue;
            }

            // What is inside the decompressor comes out before more goes in.
            var written = Inflate(buffer);
            if (written > 0)
            {
                return written;
            }

            if (_place == Place.InMember && !TryFill())
            {
                throw new InvalidDataException("its gzip data is truncated");
            }
        }

        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>How many bytes came out; none where all input is taken or a member has ended.</returns>
    private int Inflate(Span<byte> buffer)
    {
        fixed (byte* output = buffer)
        {
            var state = _handle.State;
            state->NextIn = _handle.Input + _start;
            state->AvailableIn = (uint)(_end - _start);
            state->NextOut = output;
            state->AvailableOut = (uint)buffer.Length;
            var code = Libisal.isal_inflate(state);
            if (code != 0)
            {
                throw new InvalidDataException($"its gzip data can't be read: {Words(code)}");
            }

            _start = _end - (int)state->AvailableIn;
            if (state->BlockState == Libisal.Finished)
            {
                _place = Place.AfterMember;
            }

            return buffer.Length - (int)state->AvailableOut;
        }
    }

    private bool BeginsMember()
    {
        while (_end - _start < 2 && TryFill())
        {
        }

        if (_end - _start < 2 || Rest is not [0x1f, 0x8b, ..])
        {
            return false;
        }

        Libisal.isal_inflate_reset(_handle.State);
        return true;
    }

    private ReadOnlySpan<byte> Rest => new(_handle.Input + _start, _end - _start);

    /// <summary>Adds to what is left of the input, which is one byte at most.</summary>
    private bool TryFill()
    {
        var input = new Span<byte>(_handle.Input, IsalHandle.InputBytes);
        Rest.CopyTo(input);
        (_start, _end) = (0, _end - _start);
        var count = compressed.Read(input[_end..]);
        _end += count;
        return count > 0;
    }

    private static string Words(int code) => code switch
    {
        -1 => "an invalid block",
        -2 => "an invalid symbol",
        -3 => "a reference to what was never there",
        -4 => "an invalid header",
        -5 => "an unknown compression method",
        -6 => "its checksum is wrong",
        _ => $"error {code}",
    };
}
