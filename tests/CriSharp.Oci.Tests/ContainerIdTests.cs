namespace CriSharp.Oci.Tests;

public sealed class ContainerIdTests
{
    [Fact]
    public void New_IsAnIdAndAnotherEachTime()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => ContainerId.New()).ToHashSet();

        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id => Assert.Equal(id, ContainerId.Parse(id.ToString())));
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{64}$", id.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("../../../../../../../../../../../../../../../../../../../../etc/x")]
    [InlineData("ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD")]
    [InlineData("abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcg")]
    [InlineData("abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcde")]
    public void Parse_OfAnythingElse_Throws(string text) => Assert.Throws<FormatException>(() => ContainerId.Parse(text));

    [Fact]
    public void Default_HasNoValue() => Assert.Throws<InvalidOperationException>(() => default(ContainerId).ToString());
}
