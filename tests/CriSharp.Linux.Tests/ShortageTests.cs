namespace CriSharp.Linux.Tests;

public class ShortageTests
{
    [Theory]
    [InlineData(Errno.EMFILE, true)]
    [InlineData(Errno.ENFILE, true)]
    [InlineData(Errno.ENOMEM, true)]
    [InlineData(Errno.EIO, false)]
    [InlineData(Errno.ENOENT, false)]
    public void Is_ByTheNumber_WhoeverThrewIt(int number, bool expected)
    {
        var call = new LinuxException("openat", "x", number);

        Assert.Equal(expected, Shortage.Is(call));
        Assert.Equal(expected, Shortage.Is(new IOException("too many", number)));
        Assert.Equal(expected, Shortage.Is(new InvalidOperationException("it can't be used", call)));
    }

    [Fact]
    public void Is_OfMemory_AndNotOfDamage()
    {
        Assert.True(Shortage.Is(new InsufficientMemoryException()));
        Assert.False(Shortage.Is(new FormatException("it is damaged")));
        Assert.False(Shortage.Is(new IOException("it is a folder")));
    }
}
