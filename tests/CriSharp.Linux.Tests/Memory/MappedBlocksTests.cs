using CriSharp.Linux.Memory;

namespace CriSharp.Linux.Tests.Memory;

public sealed class MappedBlocksTests
{
    private const int BlockBytes = 64 * 1024;

    [Fact]
    public void Rent_GivesBlocksOfTheirOwn_AndLendsAgainWhatCameBack()
    {
        using var blocks = new MappedBlocks(BlockBytes);
        var one = blocks.Rent();
        using var two = blocks.Rent(100);
        Assert.Equal(BlockBytes, two.Memory.Length);
        one.Memory.Span.Fill(1);
        two.Memory.Span.Fill(2);
        Assert.Equal(1, one.Memory.Span[^1]);

        one.Dispose();
        one.Dispose();
        using var again = blocks.Rent();
        using var another = blocks.Rent();
        again.Memory.Span.Fill(3);
        another.Memory.Span.Fill(4);
        Assert.Equal(2, two.Memory.Span[0]);
        Assert.Equal(3, again.Memory.Span[0]);
    }

    [Fact]
    public void Block_ThatWasGivenBack_CannotBeUsed()
    {
        using var blocks = new MappedBlocks(BlockBytes);
        var block = blocks.Rent();
        var memory = block.Memory;
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }

    [Fact]
    public void Dispose_GivesAllBackToTheKernel_ThoseStillLentLater()
    {
        const int many = 300;
        var before = MappedBytes();
        var blocks = new MappedBlocks(BlockBytes);
        var lent = Enumerable.Range(0, many).Select(_ => blocks.Rent()).ToList();
        lent.ForEach(block => block.Memory.Span.Fill(1));
        Assert.InRange(MappedBytes() - before, many * BlockBytes * 9L / 10, long.MaxValue);

        lent.Skip(1).ToList().ForEach(block => block.Dispose());
        blocks.Dispose();
        lent[0].Memory.Span[0] = 2;
        lent[0].Dispose();
        Assert.Throws<ObjectDisposedException>(() => blocks.Rent());
        Assert.InRange(MappedBytes() - before, long.MinValue, many * BlockBytes / 2);
    }

    [Fact]
    public void Rent_OfMoreThanABlock_IsRefused()
    {
        using var blocks = new MappedBlocks(BlockBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => blocks.Rent(BlockBytes + 1));
    }

    // statm counts pages: resident, proc(5)
    private static long MappedBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
