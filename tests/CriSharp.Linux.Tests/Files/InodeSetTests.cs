using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class InodeSetTests
{
    [Fact]
    public void Add_IsNewOnce()
    {
        var inodes = new InodeSet();
        ulong[] some = [0, 1, 63, 64, 65, ulong.MaxValue - 1, ulong.MaxValue];

        Assert.All(some, inode => Assert.True(inodes.Add(inode)));
        Assert.All(some, inode => Assert.False(inodes.Add(inode)));
        Assert.True(inodes.Add(2));
    }

    /// <summary>A container can make millions of files with a second link: they must not cost the daemon tens of bytes each.</summary>
    [Fact]
    public void Add_OfAMillionNeighbours_TakesABitEach()
    {
        const int Count = 1_000_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var inodes = new InodeSet();
        for (var inode = 0UL; inode < Count; inode++)
        {
            inodes.Add(5_000_000_000UL + inode);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Count / 8, 4 * Count);
    }
}
