namespace CriSharp.Storage.Layers;

/// <summary>
/// The 512 bytes in front of every entry.
/// <code>
/// name 0+100  mode 100+8  uid 108+8  gid 116+8  size 124+12  mtime 136+12  checksum 148+8  type 156  linkname 157+100
/// magic 257+6  version 263+2  (ustar: devmajor 329+8  devminor 337+8  prefix 345+155)  (GNU sparse: 386.., 482, 483+12)
/// </code>
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
/// </summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Bytes = 512;

    private readonly ReadOnlySpan<byte> _block = block;

    /// <summary>The type flag; v7 archives have NUL where others have '0'.</summary>
    public char Type => _block[156] == 0 ? '0' : (char)_block[156];

    public long Size => TarNumbers.Field(_block.Slice(124, 12), "size");

    public long Mode => TarNumbers.Field(_block.Slice(100, 8), "mode");

    public long UserId => TarNumbers.Field(_block.Slice(108, 8), "uid");

    public long GroupId => TarNumbers.Field(_block.Slice(116, 8), "gid");

    public long ModifiedSeconds => TarNumbers.Field(_block.Slice(136, 12), "mtime");

    public long NodeMajor => HasDevice ? TarNumbers.Field(_block.Slice(329, 8), "devmajor") : 0;

    public long NodeMinor => HasDevice ? TarNumbers.Field(_block.Slice(337, 8), "devminor") : 0;

    public ReadOnlySpan<byte> LinkName => UpToNul(_block.Slice(157, 100));

    /// <summary>The old GNU sparse header keeps four pieces of the map in the place of the prefix.</summary>
    public ReadOnlySpan<byte> SparsePieces => _block.Slice(386, 96);

    public bool SparseMapGoesOn => _block[482] != 0;

    public long SparseSize => TarNumbers.Field(_block.Slice(483, 12), "realsize");

    // "ustar\0" of POSIX and "ustar " of GNU; GNU uses the prefix' place for other things.
    private bool HasDevice => _block.Slice(257, 5).SequenceEqual("ustar"u8);

    private bool HasPrefix => HasDevice && _block[262] == 0;

    public byte[] Path()
    {
        var name = UpToNul(_block[..100]);
        // star keeps more times at the end of the prefix and says so by "tar\0" at the end of the block.
        var prefix = HasPrefix ? UpToNul(_block.Slice(345, _block[508..].SequenceEqual("tar\0"u8) ? 131 : 155)) : default;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    /// <exception cref="InvalidDataException">The sum of the bytes is not what the header says: this is no header.</exception>
    public void Verify()
    {
        var wanted = TarNumbers.Field(_block.Slice(148, 8), "checksum");
        long unsigned = 0, signed = 0;
        for (var i = 0; i < Bytes; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : _block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        // Some old tars added signed bytes.
        if (wanted != unsigned && wanted != signed)
        {
            throw new InvalidDataException("a header has a wrong checksum");
        }
    }

    private static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }
}
