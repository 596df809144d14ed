using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Files;

public sealed class DiskReserveTests : IDisposable
{
    private const long DiskBytes = 8 << 20;
    private const long ReserveBytes = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly string _disk;
    private int _givenUp;
    private int _restored;

    public DiskReserveTests()
    {
        _disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        Mounting.Tmpfs(_disk, DiskBytes, Permissions.PrivateFolder);
    }

    private string Reserve => Path.Combine(_disk, "reserve");

    private string Filler => Path.Combine(_disk, "filler");

    private long Free => FileSystemSpace.Of(_disk).AvailableBytes;

    public void Dispose()
    {
        Mounting.Unmount(_disk, lazy: true);
        _folder.Dispose();
    }

    [Fact]
    public void Open_WhenThereIsRoom_TakesIt()
    {
        var before = Free;
        var reserve = OpenReserve();
        Assert.True(reserve.IsWhole);
        Assert.InRange(before - Free, ReserveBytes, ReserveBytes + (64 << 10));
    }

    [Fact]
    public void Write_WhenTheDiskIsFull_WorksAtTheReservesCost()
    {
        var reserve = OpenReserve();
        Fill();

        reserve.Write(() => File.WriteAllBytes(Path.Combine(_disk, "state"), new byte[8192]));

        Assert.Equal(8192, new FileInfo(Path.Combine(_disk, "state")).Length);
        Assert.Equal((1, ReserveBytes / 16 * 15), (_givenUp, reserve.HeldBytes));
    }

    [Fact]
    public void Write_WhenMoreIsNeededThanOnePiece_TakesAsManyAsItMust()
    {
        var reserve = OpenReserve();
        Fill();
        reserve.Write(() => File.WriteAllBytes(Path.Combine(_disk, "state"), new byte[ReserveBytes / 4]));
        Assert.Equal(4, _givenUp);
    }

    [Fact]
    public void Write_WhenTheReserveDoesNotSuffice_FailsAsWithoutOne()
    {
        var reserve = OpenReserve();
        Fill();
        var failure = Assert.Throws<IOException>(() => reserve.Write(() => File.WriteAllBytes(Path.Combine(_disk, "state"), new byte[ReserveBytes * 2])));
        Assert.True(DiskFailure.IsOutOfSpace(failure));
        Assert.Equal((16, 0), (_givenUp, reserve.HeldBytes));
    }

    [Fact]
    public void Write_WhenItFailsForAnotherReason_CostsNothing()
    {
        var reserve = OpenReserve();
        Assert.Throws<LinuxException>(() => reserve.Write(() => throw new LinuxException("write", "/x", Errno.EIO)));
        Assert.True(reserve.IsWhole);
    }

    [Fact]
    public void TryRestore_WhenLittleIsFree_WaitsUntilAsMuchAgainIsLeftToOthers()
    {
        var reserve = OpenReserve();
        Fill();
        reserve.Write(() => File.WriteAllBytes(Path.Combine(_disk, "state"), new byte[8192]));
        Assert.False(reserve.TryRestore());

        Shrink(ReserveBytes / 2);
        Assert.False(reserve.TryRestore());

        Shrink(ReserveBytes);
        Assert.True(reserve.TryRestore());
        Assert.Equal((1, ReserveBytes), (_restored, reserve.HeldBytes));
        Assert.True(Free >= ReserveBytes, $"{Free}");
    }

    [Fact]
    public void Open_WhenAnEarlierProcessHadOne_TakesItUpAlsoOnAFullDisk()
    {
        OpenReserve();
        Fill();
        var free = Free;
        Assert.True(OpenReserve().IsWhole);
        Assert.Equal(free, Free);
    }

    [Fact]
    public void Open_WhenAPieceWasCutShort_MakesItAnew()
    {
        OpenReserve();
        using (var piece = File.OpenWrite(Path.Combine(Reserve, "3")))
        {
            piece.SetLength(100);
        }

        Assert.True(OpenReserve().IsWhole);
        Assert.All(Directory.GetFiles(Reserve), path => Assert.Equal(ReserveBytes / 16, new FileInfo(path).Length));
    }

    [Fact]
    public void Open_WhenThereIsToBeNone_GivesAnEarlierOneBack()
    {
        OpenReserve();
        var reserve = DiskReserve.Open(Reserve, 0, _ => { });
        Assert.True(reserve.IsWhole);
        Assert.False(Directory.Exists(Reserve));
    }

    [Fact]
    public void Probe_WhenTheFolderIsWritableFullOrReadOnly_TellsThemApart()
    {
        Assert.Null(FolderProbe.Try(_disk));
        Fill();
        Assert.Equal(Errno.ENOSPC, FolderProbe.Try(_disk)?.ErrorNumber);
        Mounting.Unmount(_disk);
        Mounting.Bind(_folder["disk"], _disk, readOnly: true);
        Assert.Equal(Errno.EROFS, FolderProbe.Try(_disk)?.ErrorNumber);
        Assert.Equal(Errno.ENOENT, FolderProbe.Try(_folder["none"])?.ErrorNumber);
        Assert.Empty(Directory.GetFileSystemEntries(_disk));
    }

    private DiskReserve OpenReserve() => DiskReserve.Open(Reserve, ReserveBytes, reserve => _ = reserve.IsWhole ? _restored++ : _givenUp++);

    private void Fill()
    {
        using var file = File.OpenHandle(Filler, FileMode.CreateNew, FileAccess.Write);
        FileDescriptor.Allocate(file, Free);
    }

    private void Shrink(long bytes)
    {
        using var file = File.OpenHandle(Filler, FileMode.Open, FileAccess.Write);
        FileDescriptor.SetLength(file, new FileInfo(Filler).Length - bytes);
    }
}
