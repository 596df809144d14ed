using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

internal sealed partial class TarReader
{
    private const int SparsePieceBytes = 24;
    private const int SparsePiecesPerBlock = 21;

    private TarEntry ToEntry(in TarHeader header, ExtendedHeaders extended)
    {
        var pax = extended.Pax;
        var path = pax?.Sparse.Path ?? pax?.Path ?? extended.LongName ?? header.Path();
        var kind = KindOf(header.Type, path);
        // Only files have data, also those whose name makes them folders: what a link or a folder says of its size is without meaning, as in other readers.
        var stored = header.Type is '0' or '7' or 'S' ? pax?.SizeBytes ?? header.Size : 0;
        // Copied before the header's block is overwritten by the map's.
        var entry = (
            Link: kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink ? pax?.LinkPath ?? extended.LongLink ?? header.LinkName.ToArray() : [],
            Mode: (int)(header.Mode & Permissions.Mask),
            User: AccountId(pax?.UserId ?? header.UserId, "uid"),
            Group: AccountId(pax?.GroupId ?? header.GroupId, "gid"),
            Time: pax?.ModifiedAt ?? new FileTime(header.ModifiedSeconds, 0),
            Node: kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice
                ? (Major: DeviceNumber(header.NodeMajor), Minor: DeviceNumber(header.NodeMinor))
                : default);
        BeginData(stored);
        var sparse = kind == TarEntryKind.Regular ? ReadSparseMap(header, pax) : null;
        var size = sparse?.SizeBytes ?? stored;
        if (size > limits.FileBytes)
        {
            throw new InvalidDataException($"a file claims {size} bytes, {limits.FileBytes} are allowed");
        }

        return new TarEntry
        {
            Kind = kind,
            Path = path,
            LinkTarget = entry.Link,
            Mode = entry.Mode,
            UserId = entry.User,
            GroupId = entry.Group,
            ModifiedAt = entry.Time,
            NodeMajor = entry.Node.Major,
            NodeMinor = entry.Node.Minor,
            SizeBytes = size,
            Sparse = sparse,
            Attributes = pax is null ? [] : pax.Attributes,
        };
    }

    private static TarEntryKind KindOf(char type, ReadOnlySpan<byte> path) => type switch
    {
        // v7 has no type for folders: a slash at the end says it.
        '0' when path is [.., (byte)'/'] => TarEntryKind.Directory,
        '0' or '7' or 'S' => TarEntryKind.Regular,
        '1' => TarEntryKind.HardLink,
        '2' => TarEntryKind.SymbolicLink,
        '3' => TarEntryKind.CharacterDevice,
        '4' => TarEntryKind.BlockDevice,
        '5' => TarEntryKind.Directory,
        '6' => TarEntryKind.Fifo,
        _ => throw new InvalidDataException($"an entry has the type '{(char.IsAsciiLetterOrDigit(type) ? type : '?')}' (0x{(int)type:x2}), which image layers don't have"),
    };

    /// <summary>4294967295 is (uid_t)-1: chown would read it as "leave as it is".</summary>
    private static uint AccountId(long number, string name) => number is >= 0 and < uint.MaxValue
        ? (uint)number
        : throw new InvalidDataException($"{name} {number} is no account");

    private static uint DeviceNumber(long number) => number is >= 0 and <= int.MaxValue
        ? (uint)number
        : throw new InvalidDataException($"device number {number} is out of range");

    private SparseMap? ReadSparseMap(in TarHeader header, PaxRecords? pax)
    {
        if (header.Type == 'S')
        {
            return ReadGnuMap(header);
        }

        if (pax is null || !pax.Sparse.IsSparse)
        {
            return null;
        }

        if (pax.Sparse.MapIsInData)
        {
            ReadMapInData(pax.Sparse);
        }

        return pax.Sparse.ToMap(_dataLeft, limits);
    }

    /// <summary>The old GNU format: four pieces in the header, 21 in each block that follows while a flag says so.</summary>
    private SparseMap ReadGnuMap(in TarHeader header)
    {
        var numbers = new List<long>();
        var size = header.SparseSize;
        var goesOn = header.SparseMapGoesOn;
        TakePieces(header.SparsePieces, numbers);
        while (goesOn)
        {
            if (numbers.Count / 2 > limits.SparsePieces || !ReadBlock())
            {
                throw new InvalidDataException("a sparse file's map is truncated or too long");
            }

            TakePieces(_block.AsSpan(0, SparsePiecesPerBlock * SparsePieceBytes), numbers);
            goesOn = _block[SparsePiecesPerBlock * SparsePieceBytes] != 0;
        }

        return SparseMap.Create(numbers, size, _dataLeft, limits);
    }

    private static void TakePieces(ReadOnlySpan<byte> pieces, List<long> numbers)
    {
        for (; !pieces.IsEmpty && pieces[0] != 0; pieces = pieces[SparsePieceBytes..])
        {
            numbers.Add(TarNumbers.Field(pieces[..12], "a sparse piece's offset"));
            numbers.Add(TarNumbers.Field(pieces[12..24], "a sparse piece's length"));
        }
    }

    /// <summary>Format 1.0: decimal numbers, one per line, first how many pieces; filled up to a whole block and counted as data.</summary>
    private void ReadMapInData(PaxSparse sparse)
    {
        var count = ReadMapLine();
        if (count > limits.SparsePieces)
        {
            throw new InvalidDataException("a sparse file's map is too long");
        }

        for (var i = 0L; i < count * 2; i++)
        {
            sparse.Add(ReadMapLine());
        }

        // Back to the border of a block: the data begins there. The padding is that of the whole, so it is right already.
        for (var rest = (_dataLeft + _padding) % TarHeader.Bytes; rest > 0;)
        {
            rest -= ReadData(rest).Length;
        }
    }

    private long ReadMapLine()
    {
        Span<byte> digits = stackalloc byte[20];
        for (var length = 0; length < digits.Length; length++)
        {
            var next = ReadData(1);
            if (next is [(byte)'\n'])
            {
                return TarNumbers.Decimal(digits[..length], "a line of a sparse file's map");
            }

            digits[length] = next.IsEmpty ? throw new InvalidDataException("a sparse file's map is truncated") : next[0];
        }

        throw new InvalidDataException("a line of a sparse file's map is too long");
    }
}
