using System.Globalization;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Storage;

/// <summary>
/// What may still be put on the disk of the root: new things only while the reserve for state is whole, images only above a floor,
/// which is for state, logs and what containers write.
/// </summary>
/// <param name="folder">The root.</param>
/// <param name="floorBytes">What a pull leaves free.</param>
public sealed class DiskRoom(string folder, DiskReserve reserve, long floorBytes)
{
    private const long FullBytes = 1 << 20;
    private const long FullInodes = 64;
    private const string Remedy = "remove images, containers or logs, or enlarge the file system";

    public string Folder => folder;

    public DiskReserve Reserve => reserve;

    public long FloorBytes => floorBytes;

    public FileSystemSpace Space => FileSystemSpace.Of(folder);

    /// <summary>The larger of 256 MiB and 1 % of the file system: room for the state and first logs of some dozen pods, and far below the
    /// thresholds (10 and 15 % free) at which a kubelet evicts pods and removes images, so that a node that it looks after never meets the floor.</summary>
    public static long DefaultFloorBytes(string folder) => Math.Max(256L << 20, FileSystemSpace.Of(folder).TotalBytes / 100);

    /// <summary>So little is free that a program may have failed by it, whatever its words are.</summary>
    public bool IsFull => Space is var space && (space.AvailableBytes < FullBytes || (space.TotalInodes > 0 && space.FreeInodes < FullInodes));

    /// <param name="stage">What is about to be made, for the error.</param>
    /// <exception cref="RuntimeException">ResourceExhausted: the disk was full for state a moment ago, and still is.</exception>
    public void Require(string stage)
    {
        if (!reserve.TryRestore())
        {
            throw new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"{stage}: the disk of {folder} is full: {Words(Space.AvailableBytes)} are free, and the reserve for state is in use ({Words(reserve.HeldBytes)} of {Words(reserve.SizeBytes)} are left). "
                + $"Nothing new is made until {Words(reserve.SizeBytes + reserve.SizeBytes - reserve.HeldBytes)} are free: {Remedy}");
        }
    }

    /// <inheritdoc cref="Require(string)"/>
    /// <param name="leastBytes">What will surely be written: the compressed size of the layers that are not here.</param>
    public void Require(string stage, long leastBytes)
    {
        Require(stage);
        var free = Space.AvailableBytes;
        if (leastBytes > 0 && free - floorBytes < leastBytes)
        {
            throw new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"{stage}: {Words(leastBytes)} have to be fetched, which take at least as much in {folder} unpacked, but {Words(free)} are free there, "
                + $"of which {Words(floorBytes)} are kept for state, logs and containers (pull_disk_floor): {Remedy}");
        }
    }

    /// <summary>A failure of another program's while the disk was full: it tells in words alone what the kernel told it.</summary>
    public RuntimeException Explain(RuntimeException failure) =>
        new(ErrorKind.ResourceExhausted, $"{failure.Message}. The disk of {folder} is full ({Words(Space.AvailableBytes)} and {Space.FreeInodes} inodes are free): {Remedy}", failure);

    internal static string Words(long bytes) => bytes < 10L << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
