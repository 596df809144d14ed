using System.Globalization;

namespace CriSharp.Linux.Files;

/// <summary>
/// Room that is held on a file system for what must be written when all else is full: files of equal size in one folder, really allocated.
/// A write that meets a full disk is given one of them, its blocks and its inode, and tries again: so a process that goes on filling the disk
/// can't take all of the reserve at once.
/// </summary>
public sealed class DiskReserve
{
    private const int Pieces = 16;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly long _pieceBytes;
    private readonly Action<DiskReserve> _reportChange;
    private int _held;

    private DiskReserve(string folder, long pieceBytes, Action<DiskReserve> reportChange) =>
        (_folder, _pieceBytes, _reportChange) = (folder, pieceBytes, reportChange);

    /// <summary>Holds nothing, and is whole: writes fail when the disk is full.</summary>
    public static DiskReserve None { get; } = new("", 0, _ => { });

    public string Folder => _folder;

    /// <summary>What it holds when it is whole.</summary>
    public long SizeBytes => _pieceBytes * Pieces;

    public long HeldBytes => _pieceBytes * Volatile.Read(ref _held);

    public bool IsWhole => _pieceBytes == 0 || Volatile.Read(ref _held) == Pieces;

    /// <summary>Takes up what an earlier process held there, and makes the rest where there is room.</summary>
    /// <param name="sizeBytes">0: there is none, and what an earlier one held is given back.</param>
    /// <param name="reportChange">Told each time that a piece was given up, or could not be had at the start, and when it is whole again.</param>
    public static DiskReserve Open(string folder, long sizeBytes, Action<DiskReserve> reportChange)
    {
        if (sizeBytes == 0)
        {
            TreeRemoval.Remove(folder);
            return None;
        }

        var reserve = new DiskReserve(folder, (sizeBytes + Pieces - 1) / Pieces, reportChange);
        for (var piece = 0; piece < Pieces; piece++)
        {
            reserve._held += reserve.Keep(piece) ? 1 : 0;
        }

        if (!reserve.IsWhole && !reserve.HasMadeMissing())
        {
            reportChange(reserve);
        }

        return reserve;
    }

    /// <summary>Runs a write; where it finds the disk full a piece is given up and it is run again, until it has worked or nothing is held any more.</summary>
    /// <param name="write">May run several times; what it left half made must not hinder the next.</param>
    public void Write(Action write) => Write(() =>
    {
        write();
        return true;
    });

    /// <inheritdoc cref="Write(Action)"/>
    public T Write<T>(Func<T> write)
    {
        while (true)
        {
            try
            {
                return write();
            }
            catch (Exception failure) when (DiskFailure.IsOutOfSpace(failure) && TryGiveUp())
            {
                // Once more, with the room of one piece.
            }
        }
    }

    /// <summary>
    /// Makes the reserve whole again if then as much as it holds is left to others. So it does not come and go
    /// with every file, and what was freed for work is not taken away.
    /// </summary>
    /// <returns>Whether it is whole.</returns>
    public bool TryRestore()
    {
        if (IsWhole)
        {
            return true;
        }

        lock (_gate)
        {
            if (!HasMadeMissing())
            {
                return false;
            }
        }

        _reportChange(this);
        return true;
    }

    private bool TryGiveUp()
    {
        lock (_gate)
        {
            if (_held == 0)
            {
                return false;
            }

            TreeRemoval.Remove(PathOf(--_held));
        }

        _reportChange(this);
        return true;
    }

    private bool HasMadeMissing()
    {
        try
        {
            return HasRoom() && MakeMissing();
        }
        catch (LinuxException)
        {
            // No room after all, or the disk can't be written at all: the next try tells.
            return false;
        }
    }

    private bool HasRoom()
    {
        HostPath.MakeDirectories(_folder, Permissions.PrivateFolder);
        var space = FileSystemSpace.Of(_folder);
        return space.AvailableBytes >= SizeBytes + (SizeBytes - HeldBytes) && (space.TotalInodes == 0 || space.FreeInodes >= 2 * Pieces);
    }

    private bool MakeMissing()
    {
        while (_held < Pieces)
        {
            Make(_held);
            _held++;
        }

        return true;
    }

    private void Make(int piece)
    {
        TreeRemoval.Remove(PathOf(piece));
        using var file = HostPath.Open(PathOf(piece), OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile);
        try
        {
            FileDescriptor.Allocate(file, _pieceBytes);
        }
        catch (LinuxException)
        {
            TreeRemoval.Remove(PathOf(piece));
            throw;
        }
    }

    /// <summary>What was cut short, has another size or lies behind a gap is not counted as held.</summary>
    private bool Keep(int piece)
    {
        using var file = HostPath.TryOpen(PathOf(piece), OpenFlags.PathOnly | OpenFlags.NoFollow);
        if (file is null)
        {
            return false;
        }

        var status = FileDescriptor.Stat(file);
        if (piece == _held && status.SizeBytes == _pieceBytes && status.AllocatedBytes >= _pieceBytes)
        {
            return true;
        }

        TreeRemoval.Remove(PathOf(piece));
        return false;
    }

    private string PathOf(int piece) => Path.Combine(_folder, piece.ToString(CultureInfo.InvariantCulture));
}
