namespace CriSharp.Oci.Tests;

public sealed class ImageReferenceTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36")]
    [InlineData("team/app", "docker.io/team/app:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData("index.docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData("docker.io/a/b/c", "docker.io/a/b/c:latest")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app:v1")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app:latest")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app:latest")]
    [InlineData("[2001:db8::1]/app", "[2001:db8::1]/app:latest")]
    [InlineData("registry.k8s.io/e2e-test-images/busybox:1.29-2", "registry.k8s.io/e2e-test-images/busybox:1.29-2")]
    [InlineData("EXAMPLE/app", "EXAMPLE/app:latest")]
    [InlineData("a/b__c/d.e/f-g/h---i", "docker.io/a/b__c/d.e/f-g/h---i:latest")]
    [InlineData("a@sha256:" + Hex, "docker.io/library/a@sha256:" + Hex)]
    [InlineData("a:tag@sha256:" + Hex, "docker.io/library/a@sha256:" + Hex)]
    [InlineData("a@sha512:" + Hex + Hex, "docker.io/library/a@sha512:" + Hex + Hex)]
    [InlineData("example.com:99/a:T_a-g.1", "example.com:99/a:T_a-g.1")]
    public void Parse_WhenValid_IsNormalised(string text, string normal) => Assert.Equal(normal, ImageReference.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData(Hex)]
    [InlineData("Busybox")]
    [InlineData("example.com/App")]
    [InlineData(":tag")]
    [InlineData("a:")]
    [InlineData("a:-tag")]
    [InlineData("a:.tag")]
    [InlineData("a:ta/g")]
    [InlineData("a@")]
    [InlineData("a@sha256:ABCDEF")]
    [InlineData("a@sha256:../../etc")]
    [InlineData("a@md5:0123456789abcdef0123456789abcdef")]
    [InlineData("a@sha256:" + Hex + "@sha256:" + Hex)]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a___b")]
    [InlineData("a..b")]
    [InlineData("a._b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("ünïcode")]
    [InlineData("example.com:port/a")]
    [InlineData("example.com:5000\0/a")]
    [InlineData("example.com:99999/a")]
    [InlineData("example..com/a")]
    [InlineData("-example.com/a")]
    [InlineData("example.com/")]
    [InlineData("[::1/a")]
    [InlineData("[::1]x/a")]
    [InlineData("[fe80::1%eth0]/a")]
    [InlineData("[nonsense]/a")]
    [InlineData("https://example.com/a")]
    [InlineData("user@example.com/a")]
    public void Parse_WhenNotAReference_SaysWhy(string text)
    {
        Assert.False(ImageReference.TryParse(text, out _));
        Assert.Throws<FormatException>(() => ImageReference.Parse(text));
    }

    [Fact]
    public void Parse_AtTheLimitsOfLength_KnowsThem()
    {
        const string Host = "example.com/";
        Assert.True(ImageReference.TryParse(Host + new string('a', 255 - Host.Length), out _));
        Assert.False(ImageReference.TryParse(Host + new string('a', 256 - Host.Length), out _));
        Assert.True(ImageReference.TryParse("a:" + new string('t', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _));
        Assert.False(ImageReference.TryParse(new string('a', 1 << 20), out _));
    }

    [Fact]
    public void Parts_WhenTagAndDigestAreGiven_AreBothKept()
    {
        var reference = ImageReference.Parse($"example.com:1/a/b:t@sha256:{Hex}");

        Assert.Equal(("example.com:1", "a/b", "t"), (reference.Domain, reference.Path, reference.Tag));
        Assert.Equal("example.com:1/a/b:t", reference.TagReference);
        Assert.Equal(Hex, reference.Digest?.Hex);
    }
}
