namespace CriSharp.Storage.Layers;

/// <summary>What a layer may ask of the machine. The defaults are far above any honest image.</summary>
public sealed record LayerLimits
{
    /// <summary>Of the uncompressed tar.</summary>
    public long TarBytes { get; init; } = 1L << 40;

    /// <summary>Length that one file may claim; holes count.</summary>
    public long FileBytes { get; init; } = 8L << 40;

    public long Entries { get; init; } = 4_000_000;

    /// <summary>Of the extended headers (PAX, GNU long names) of one entry together.</summary>
    public int ExtendedHeaderBytes { get; init; } = 1 << 20;

    public int ExtendedHeadersPerEntry { get; init; } = 16;

    /// <summary>Pieces of one sparse file.</summary>
    public int SparsePieces { get; init; } = 100_000;

    /// <summary>Memory for what is known of folders, which must wait for the end: their paths and attributes.</summary>
    public long FolderFactsBytes { get; init; } = 128L << 20;

    /// <summary>How often one layer may replace a folder that has something in it.</summary>
    public int ReplacedTrees { get; init; } = 10_000;

    /// <summary>Hard links to files of lower layers.</summary>
    public int ForeignLinks { get; init; } = 10_000;

    /// <summary>
    /// Who waits for a layer that another one is unpacking from another registry fetches it himself when in this time less than a twentieth of it has come
    /// there, unless its blob has come whole; and in any case after twenty times this.
    /// </summary>
    public TimeSpan SharedPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What may follow the end of the archive.</summary>
    public long TrailerBytes { get; init; } = 64L << 20;

    /// <summary>The unpacking stops while this much is left for others on the file system.</summary>
    public long FreeBytesKept { get; init; } = 64L << 20;

    /// <summary>The same of inodes, where the file system has a fixed number of them.</summary>
    public long FreeInodesKept { get; init; } = 5_000;
}
