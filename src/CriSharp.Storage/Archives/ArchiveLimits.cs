namespace CriSharp.Storage.Archives;

/// <summary>What an archive that somebody hands over may ask of the machine.</summary>
public sealed record ArchiveLimits
{
    /// <summary>Of the archive, uncompressed.</summary>
    public long Bytes { get; init; } = 1L << 40;

    /// <summary>Docker writes three for each layer, and several images may share an archive.</summary>
    public long Entries { get; init; } = 50_000;

    /// <summary>Of all names together: they are kept in memory.</summary>
    public long NameBytes { get; init; } = 8L << 20;

    /// <summary>Taking it in stops while this much is left for others on the file system.</summary>
    public long FreeBytesKept { get; init; } = 64L << 20;
}
