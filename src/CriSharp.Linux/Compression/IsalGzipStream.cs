namespace CriSharp.Linux.Compression;

/// <summary>
/// Decompresses gzip by ISA-L: any number of members, one after the other. What follows the last one and is no member is left out, as GZipStream does. RFC 1952
/// </summary>
/// <param name="compressed">Not disposed.</param>
public sealed unsafe class IsalGzipStream(Stream compressed) : DecompressingStream
{
    private readonly IsalHandle _handle = new();
    private Place _place = Place.BeforeMember;
    private int _start;
    private int _end;

    private enum Place
    {
        BeforeMember,
        InMember,
        AfterMember,
        AtEnd,
    }

    [Flags]
    private enum HeaderFlags : byte
    {
        Checksum = 2,
        Extra = 4,
        Name = 8,
        Comment = 16,
        Reserved = 0xe0,
    }

    /// <exception cref="InvalidDataException">Malformed, truncated, or not what its checksum says.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0 && _place != Place.AtEnd)
        {
            if (_place == Place.AfterMember)
            {
                _place = FindsMember() ? Place.BeforeMember : Place.AtEnd;
                continue;
            }

            if (_place == Place.BeforeMember)
            {
                SkipHeader();
                _place = Place.InMember;
            }

            // What is inside the decompressor comes out before more goes in.
            var written = Inflate(buffer);
            if (written > 0)
            {
                return written;
            }

            if (_place == Place.InMember && !TryFill())
            {
                throw Truncated();
            }
        }

        return 0;
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

    private bool FindsMember()
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

    // RFC 1952, 2.3: ten bytes, of which the fourth tells what follows.
    private void SkipHeader()
    {
        Span<byte> begin = stackalloc byte[10];
        for (var index = 0; index < begin.Length; index++)
        {
            begin[index] = Next();
        }

        var flags = (HeaderFlags)begin[3];
        if (begin is not [0x1f, 0x8b, 8, ..] || (flags & HeaderFlags.Reserved) != 0)
        {
            throw new InvalidDataException("its gzip data can't be read: an invalid header");
        }

        if (flags.HasFlag(HeaderFlags.Extra))
        {
            for (var left = Next() | (Next() << 8); left > 0; left--)
            {
                Next();
            }
        }

        for (var texts = (flags.HasFlag(HeaderFlags.Name) ? 1 : 0) + (flags.HasFlag(HeaderFlags.Comment) ? 1 : 0); texts > 0; texts--)
        {
            while (Next() != 0)
            {
            }
        }

        if (flags.HasFlag(HeaderFlags.Checksum))
        {
            Next();
            Next();
        }
    }

    private byte Next() => _start < _end || TryFill() ? _handle.Input[_start++] : throw Truncated();

    private static InvalidDataException Truncated() => new("its gzip data is truncated");

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
