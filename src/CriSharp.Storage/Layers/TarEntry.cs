using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>What one entry of a tar says of itself. Names and links are bytes, as they stand in the archive.</summary>
internal sealed class TarEntry
{
    public required TarEntryKind Kind { get; init; }

    public required byte[] Path { get; init; }

    /// <summary>Empty unless <see cref="Kind"/> is a link.</summary>
    public required byte[] LinkTarget { get; init; }

    public required int Mode { get; init; }

    public required uint UserId { get; init; }

    public required uint GroupId { get; init; }

    public required FileTime ModifiedAt { get; init; }

    public required uint NodeMajor { get; init; }

    public required uint NodeMinor { get; init; }

    /// <summary>Length of the file, holes included.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Where the archive's bytes go in the file; null when it has no holes.</summary>
    public SparseMap? Sparse { get; init; }

    /// <summary>Extended attributes, name without "SCHILY.xattr.", values as they are: some are binary.</summary>
    public required IReadOnlyList<(byte[] Name, byte[] Value)> Attributes { get; init; }

    /// <summary>Root's file of no date.</summary>
    public static TarEntry PlainFile(byte[] path, int mode, long sizeBytes) => new()
    {
        Kind = TarEntryKind.Regular,
        Path = path,
        LinkTarget = [],
        Mode = mode,
        UserId = 0,
        GroupId = 0,
        ModifiedAt = default,
        NodeMajor = 0,
        NodeMinor = 0,
        SizeBytes = sizeBytes,
        Attributes = [],
    };
}

internal enum TarEntryKind
{
    Regular,
    Directory,
    SymbolicLink,
    HardLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
}
