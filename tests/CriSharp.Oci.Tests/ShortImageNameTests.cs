namespace CriSharp.Oci.Tests;

public sealed class ShortImageNameTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "busybox", "")]
    [InlineData("busybox:1", "busybox", ":1")]
    [InlineData("library/busybox", "library/busybox", "")]
    [InlineData("team/app@" + Digest, "team/app", "@" + Digest)]
    [InlineData("team/app:1@" + Digest, "team/app", ":1@" + Digest)]
    [InlineData("docker.io", "docker.io", "")]
    public void Parse_WithoutARegistry_HasPathAndSuffix(string text, string path, string suffix)
    {
        Assert.True(ShortImageName.TryParse(text, out var name));
        Assert.Equal((path, suffix), (name.Path, name.Suffix));
    }

    [Theory]
    [InlineData("docker.io/busybox")]
    [InlineData("index.docker.io/library/busybox")]
    [InlineData("quay.io/a")]
    [InlineData("localhost/a")]
    [InlineData("127.0.0.1:5000/a")]
    [InlineData("[::1]:5000/a")]
    [InlineData("UPPER/a")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Parse_OfAnythingElse_Fails(string text) => Assert.False(ShortImageName.TryParse(text, out _));

    [Fact]
    public void Reference_KeepsTagAndDigest()
    {
        Assert.True(ShortImageName.TryParse("app:1@" + Digest, out var name));

        var reference = name.As("quay.io/team/app");

        Assert.Equal(("quay.io/team/app", "1", Digest), (reference.Repository, reference.Tag, reference.Digest.ToString()));
        Assert.Equal("docker.io/library/app@" + Digest, name.At("docker.io").ToString());
    }
}
