namespace CriSharp.Linux.Files;

/// <summary>What an entry of a folder is.</summary>
public enum FileKind
{
    Unknown,
    Fifo = 0x1,
    CharacterDevice = 0x2,
    Directory = 0x4,
    BlockDevice = 0x6,
    Regular = 0x8,
    SymbolicLink = 0xA,
    Socket = 0xC,
}

/// <summary>A point in time as file systems keep it; seconds may be negative.</summary>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct FileTime(long Seconds, uint Nanoseconds);

/// <summary>The answer of statx(2).</summary>
public readonly record struct FileStatus
{
    public required FileKind Kind { get; init; }

    /// <summary>Permission bits including setuid, setgid and sticky.</summary>
    public required int Mode { get; init; }

    public required uint UserId { get; init; }

    public required uint GroupId { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>What the file takes on disk.</summary>
    public required long AllocatedBytes { get; init; }

    public required uint LinkCount { get; init; }

    public required ulong Inode { get; init; }

    /// <summary>The file system that holds the file.</summary>
    public required (uint Major, uint Minor) Device { get; init; }

    /// <summary>Which device a device node stands for.</summary>
    public required (uint Major, uint Minor) Node { get; init; }

    public required FileTime ModifiedAt { get; init; }

    /// <summary>Whether something is mounted exactly here; null where the kernel (before 5.8) does not say.</summary>
    public required bool? IsMountRoot { get; init; }

    /// <summary>Whether overlayfs reads this entry as "removed here".</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Node == (0, 0);
}
