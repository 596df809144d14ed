using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class UnixPathTests
{
    [Theory]
    [InlineData("a", ".", "a")]
    [InlineData("/a", "/", "a")]
    [InlineData("a/b", "a", "b")]
    [InlineData("/x/a/b//", "/x/a", "b")]
    [InlineData("a//b", "a/", "b")]
    public void Split_WhenThereIsAName_GivesFolderAndName(string path, string folder, string name)
    {
        var parent = UnixPath.FromString(path).Split(out var last);
        Assert.Equal(folder, parent.ToString());
        Assert.Equal(name, last.ToString());
    }

    [Fact]
    public void New_WhenEmptyOrWithNul_Fails()
    {
        Assert.Throws<ArgumentException>(() => UnixPath.FromString("").ToString());
        Assert.Throws<ArgumentException>(() => UnixPath.FromString("a\0b").ToString());
        Assert.Throws<ArgumentException>(() => new UnixPath([]).ToString());
        Assert.Throws<ArgumentException>(() => UnixPath.FromTerminated("ab"u8).ToString());
        Assert.Throws<ArgumentException>(() => UnixPath.FromString("//").Split(out _).ToString());
    }
}
