using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Writes a tar: ustar headers, and extended ones (PAX) for what those can't hold. The same entries give the same bytes, on any machine.
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
/// </summary>
internal sealed class TarWriter(Stream output)
{
    private const int NameBytes = 100;
    private const long SmallFieldMost = (1L << 21) - 1;
    private const long LargeFieldMost = (1L << 33) - 1;

    private readonly byte[] _block = new byte[TarHeader.Bytes];
    private long _written;

    /// <summary>What comes before an entry's data; all of it has to follow by <see cref="WriteData"/>, of a sparse file the pieces one after the other.</summary>
    public void WriteEntry(TarEntry entry)
    {
        var map = entry.Sparse is null ? [] : SparseMapText(entry.Sparse);
        var stored = entry.Kind != TarEntryKind.Regular ? 0 : entry.Sparse is null ? entry.SizeBytes : map.Length + entry.Sparse.Pieces.Sum(piece => piece.Length);
        var pax = ExtendedText(entry, stored);
        if (!pax.IsEmpty)
        {
            FillHeader('x', "PaxHeader"u8, default, Permissions.PublicFile, 0, 0, default, 0, 0, pax.Bytes.Length);
            WriteHeader();
            WriteData(pax.Bytes);
            Pad();
        }

        FillHeader(
            TypeOf(entry.Kind),
            entry.Sparse is null ? entry.Path : [.. "GNUSparseFile.0/"u8, .. entry.Path],
            entry.LinkTarget,
            entry.Mode,
            entry.UserId,
            entry.GroupId,
            entry.ModifiedAt,
            entry.NodeMajor,
            entry.NodeMinor,
            stored);
        WriteHeader();
        WriteData(map);
    }

    public void WriteData(ReadOnlySpan<byte> data)
    {
        output.Write(data);
        _written += data.Length;
    }

    /// <summary>After the last entry.</summary>
    public void WriteEnd()
    {
        Pad();
        output.Write(new byte[2 * TarHeader.Bytes]);
    }

    private static char TypeOf(TarEntryKind kind) => kind switch
    {
        TarEntryKind.HardLink => '1',
        TarEntryKind.SymbolicLink => '2',
        TarEntryKind.CharacterDevice => '3',
        TarEntryKind.BlockDevice => '4',
        TarEntryKind.Directory => '5',
        TarEntryKind.Fifo => '6',
        _ => '0',
    };

    private static PaxText ExtendedText(TarEntry entry, long stored)
    {
        var text = new PaxText();
        if (entry.Sparse is { } sparse)
        {
            text.Add("GNU.sparse.major", 1);
            text.Add("GNU.sparse.minor", 0);
            text.Add("GNU.sparse.name", entry.Path);
            text.Add("GNU.sparse.realsize", sparse.SizeBytes);
        }
        else if (entry.Path.Length > NameBytes)
        {
            text.Add("path", entry.Path);
        }

        if (entry.LinkTarget.Length > NameBytes)
        {
            text.Add("linkpath", entry.LinkTarget);
        }

        AddIfOver(text, "size", stored, LargeFieldMost);
        AddIfOver(text, "uid", entry.UserId, SmallFieldMost);
        AddIfOver(text, "gid", entry.GroupId, SmallFieldMost);
        if (entry.ModifiedAt is not { Seconds: >= 0 and <= LargeFieldMost, Nanoseconds: 0 })
        {
            text.Add("mtime", entry.ModifiedAt);
        }

        foreach (var (name, value) in entry.Attributes)
        {
            text.Add([.. "SCHILY.xattr."u8, .. name], value);
        }

        return text;
    }

    private static void AddIfOver(PaxText text, string key, long number, long most)
    {
        if (number > most)
        {
            text.Add(key, number);
        }
    }

    /// <summary>Format 1.0: decimal numbers, one a line, first how many pieces; filled up to a whole block.</summary>
    private static byte[] SparseMapText(SparseMap sparse)
    {
        // An empty piece at the end says where the file ends, for readers that look for it there.
        var pieces = sparse.Pieces.Append((Offset: sparse.SizeBytes, Length: 0L)).ToList();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{pieces.Count}\n");
        foreach (var (offset, length) in pieces)
        {
            text.Append(CultureInfo.InvariantCulture, $"{offset}\n{length}\n");
        }

        return Encoding.ASCII.GetBytes(text.Append('\0', -text.Length & (TarHeader.Bytes - 1)).ToString());
    }

    private void FillHeader(
        char type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link, int mode, long userId, long groupId, FileTime time, uint nodeMajor, uint nodeMinor, long stored)
    {
        _block.AsSpan().Clear();
        name[..Math.Min(name.Length, NameBytes)].CopyTo(_block);
        Octal(100, 8, mode);
        Octal(108, 8, userId);
        Octal(116, 8, groupId);
        Octal(124, 12, stored);
        Octal(136, 12, time.Seconds);
        _block[156] = (byte)type;
        link[..Math.Min(link.Length, NameBytes)].CopyTo(_block.AsSpan(157));
        "ustar\0"u8.CopyTo(_block.AsSpan(257));
        "00"u8.CopyTo(_block.AsSpan(263));
        Octal(329, 8, nodeMajor);
        Octal(337, 8, nodeMinor);
        _block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in _block)
        {
            sum += value;
        }

        Octal(148, 7, sum);
    }

    /// <summary>What does not fit stands in the extended header.</summary>
    private void Octal(int offset, int bytes, long number)
    {
        var field = _block.AsSpan(offset, bytes - 1);
        number = number < 0 || number >> (3 * field.Length) != 0 ? 0 : number;
        for (var i = field.Length - 1; i >= 0; i--, number >>= 3)
        {
            field[i] = (byte)('0' + (number & 7));
        }

        _block[offset + bytes - 1] = 0;
    }

    private void WriteHeader()
    {
        Pad();
        WriteData(_block);
    }

    private void Pad()
    {
        var padding = (int)(-_written & (TarHeader.Bytes - 1));
        output.Write(new byte[TarHeader.Bytes].AsSpan(0, padding));
        _written = 0;
    }
}
