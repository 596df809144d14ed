using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Reads a tar as it streams by: v7, ustar, GNU (long names, base-256, sparse) and PAX (extended headers, binary attributes, sparse 0.0 to 1.0).
/// Global extended headers are read over, as Docker and containerd do. Nothing is believed: lengths are limited, headers must add up.
/// </summary>
internal sealed partial class TarReader(ByteSource source, LayerLimits limits)
{
    private readonly byte[] _block = new byte[TarHeader.Bytes];
    private long _dataLeft;
    private long _padding;
    private long _entries;

    /// <summary>Bytes of the archive read so far.</summary>
    public long Position => source.Position;

    /// <summary>The next entry; what is left of the data of the one before is skipped.</summary>
    /// <returns>null at the end of the archive.</returns>
    /// <exception cref="InvalidDataException">Malformed, truncated, or beyond a limit.</exception>
    public TarEntry? ReadEntry()
    {
        SkipRest();
        var extended = new ExtendedHeaders();
        while (ReadHeaderBlock())
        {
            var header = new TarHeader(_block);
            header.Verify();
            if (header.Size < 0)
            {
                throw new InvalidDataException("a header has a negative size");
            }

            switch (header.Type)
            {
                case 'x':
                    extended.Pax = PaxRecords.Parse(ReadExtended(header, extended));
                    continue;
                case 'L':
                    extended.LongName = TrimNuls(ReadExtended(header, extended));
                    continue;
                case 'K':
                    extended.LongLink = TrimNuls(ReadExtended(header, extended));
                    continue;
                case 'g' or 'V':
                    ReadExtended(header, extended);
                    continue;
                default:
                    break;
            }

            if (++_entries > limits.Entries)
            {
                throw new InvalidDataException($"it has more than the {limits.Entries} entries allowed");
            }

            return ToEntry(header, extended);
        }

        return extended is { Pax: null, LongName: null, LongLink: null } ? null : throw new InvalidDataException("it ends after an extended header");
    }

    /// <summary>More of the current entry's data, as it lies in the archive.</summary>
    /// <returns>Valid until the next call; empty at the end of the entry.</returns>
    public ReadOnlySpan<byte> ReadData(long limit)
    {
        if (_dataLeft == 0)
        {
            return default;
        }

        var data = source.Take(Math.Min(limit, _dataLeft));
        if (data.IsEmpty)
        {
            throw Truncated();
        }

        _dataLeft -= data.Length;
        return data;
    }

    /// <summary>Skips what follows the end of the archive: it counts for the digests only.</summary>
    public void DrainTrailer()
    {
        if (source.Skip(limits.TrailerBytes) == limits.TrailerBytes)
        {
            throw new InvalidDataException($"{limits.TrailerBytes} bytes or more follow its end");
        }
    }

    private static byte[] TrimNuls(byte[] text) => text.AsSpan().TrimEnd((byte)0).ToArray();

    private static InvalidDataException Truncated() => new("it is truncated");

    /// <returns>false at the end: two blocks of zeros, or simply no more bytes.</returns>
    private bool ReadHeaderBlock()
    {
        if (!ReadBlock())
        {
            return false;
        }

        if (_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            return true;
        }

        return ReadBlock() && _block.AsSpan().ContainsAnyExcept((byte)0) ? throw new InvalidDataException("a block of zeros lies between its entries") : false;
    }

    private bool ReadBlock() => source.Fill(_block) switch
    {
        0 => false,
        TarHeader.Bytes => true,
        _ => throw Truncated(),
    };

    private void BeginData(long size)
    {
        _dataLeft = size;
        _padding = -size & (TarHeader.Bytes - 1);
    }

    private void SkipRest()
    {
        var rest = _dataLeft + _padding;
        if (source.Skip(rest) != rest)
        {
            throw Truncated();
        }

        (_dataLeft, _padding) = (0, 0);
    }

    private byte[] ReadExtended(in TarHeader header, ExtendedHeaders extended)
    {
        extended.Count++;
        extended.TotalBytes += header.Size;
        if (extended.Count > limits.ExtendedHeadersPerEntry || extended.TotalBytes > limits.ExtendedHeaderBytes)
        {
            throw new InvalidDataException($"the extended headers of an entry are more than {limits.ExtendedHeadersPerEntry}, or longer than {limits.ExtendedHeaderBytes} bytes");
        }

        var text = new byte[header.Size];
        BeginData(text.Length);
        if (source.Fill(text) != text.Length)
        {
            throw Truncated();
        }

        _dataLeft = 0;
        SkipRest();
        return text;
    }

    /// <summary>What came in front of an entry to describe it.</summary>
    private sealed class ExtendedHeaders
    {
        public PaxRecords? Pax { get; set; }

        public byte[]? LongName { get; set; }

        public byte[]? LongLink { get; set; }

        public int Count { get; set; }

        public long TotalBytes { get; set; }
    }
}
