using CriSharp.Linux.Cgroups;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupPathTests
{
    [Theory]
    [InlineData("/kubepods/burstable/pod1", "kubepods/burstable/pod1")]
    [InlineData("a.slice/crisharp-1.scope/", "a.slice/crisharp-1.scope")]
    public void Parse_WhenAPathIsWritten_SlashesAtItsEndsAreDropped(string text, string value) => Assert.Equal(value, CgroupPath.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("../a")]
    [InlineData("a/.")]
    [InlineData("a\nb")]
    [InlineData("a/\0")]
    public void Parse_WhenAPathCouldLeaveTheHierarchy_IsRefused(string text) => Assert.Throws<FormatException>(() => CgroupPath.Parse(text));

    [Theory]
    [InlineData("kubepods.slice", "kubepods.slice")]
    [InlineData("kubepods-burstable-pod1_2.slice", "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice")]
    [InlineData("-.slice", "")]
    public void FromSlice_WhenItHasDashes_EachIsALevel(string slice, string value) => Assert.Equal(value, CgroupPath.FromSlice(slice).Value);

    [Theory]
    [InlineData("kubepods")]
    [InlineData(".slice")]
    [InlineData("a--b.slice")]
    [InlineData("-a.slice")]
    [InlineData("a/b.slice")]
    public void FromSlice_WhenItIsNoSlice_IsRefused(string slice) => Assert.Throws<FormatException>(() => CgroupPath.FromSlice(slice));

    [Fact]
    public void Parent_WhenGoneUp_EndsAtTheRoot()
    {
        var path = CgroupPath.Parse("a/b/c");

        Assert.Equal(["a", "a/b", "a/b/c"], path.SelfAndAncestors().Select(part => part.Value));
        Assert.Equal("a/b", path.Parent.Value);
        Assert.Equal("c", path.Name);
        Assert.True(path.IsBelow(path.Parent));
        Assert.False(path.IsBelow(CgroupPath.Parse("a/b/c/d")));
        Assert.False(CgroupPath.Parse("ab").IsBelow(CgroupPath.Parse("a")));
        Assert.True(path.Parent.Parent.Parent.IsRoot);
        Assert.True(CgroupPath.Root.Parent.IsRoot);
    }
}
