using System.Security.Cryptography;

namespace CriSharp.Oci.Tests;

public sealed class DigestTests
{
    private const string EmptySha256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string EmptySha512 =
        "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

    [Fact]
    public void FromHash_OfKnownVectors_IsTheirDigest()
    {
        Assert.Equal(EmptySha256, Digest.FromHash(SHA256.HashData([])).ToString());
        Assert.Equal(EmptySha512, Digest.FromHash(SHA512.HashData([])).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(33)]
    public void FromHash_OfAnotherLength_Throws(int length) => Assert.Throws<ArgumentException>(() => Digest.FromHash(new byte[length]));

    [Theory]
    [InlineData(EmptySha256, "sha256", 64)]
    [InlineData(EmptySha512, "sha512", 128)]
    public void Parse_OfADigest_KnowsItsParts(string text, string algorithm, int hexLength)
    {
        var digest = Digest.Parse(text);

        Assert.Equal(algorithm, digest.Algorithm);
        Assert.Equal(hexLength, digest.Hex.Length);
        Assert.Equal(text, digest.ToString());
        Assert.Equal(digest, Digest.Parse(new string(text)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("sha256:")]
    [InlineData("sha256")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:../../../../etc/passwd0000000000000000000000000000000000000000000")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85\n")]
    [InlineData(" sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85٣")]
    public void Text_ThatIsNoDigest_IsRefused_CVE_2024_3727(string? text)
    {
        Assert.False(Digest.TryParse(text, out var digest));
        Assert.Equal(default, digest);
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => Digest.Parse(text));
        }
    }

    [Fact]
    public void Error_OfALongText_IsShort() =>
        Assert.InRange(Assert.Throws<FormatException>(() => Digest.Parse(new string('x', 100_000))).Message.Length, 1, 300);

    [Fact]
    public void Default_HasNoValue()
    {
        Assert.Throws<InvalidOperationException>(() => default(Digest).ToString());
        Assert.Throws<InvalidOperationException>(() => default(Digest).Hex);
        Assert.NotEqual(default, Digest.Parse(EmptySha256));
    }

    [Fact]
    public void DiffId_IsItsDigest()
    {
        var diffId = new DiffId(Digest.Parse(EmptySha256));

        Assert.Equal(EmptySha256, diffId.ToString());
        Assert.Equal(new DiffId(Digest.Parse(EmptySha256)), diffId);
        Assert.NotEqual(new DiffId(Digest.Parse(EmptySha512)), diffId);
    }
}
