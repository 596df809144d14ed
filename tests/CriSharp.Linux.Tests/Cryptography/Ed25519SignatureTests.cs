using CriSharp.Linux.Cryptography;

namespace CriSharp.Linux.Tests.Cryptography;

/// <summary>https://www.rfc-editor.org/rfc/rfc8032#section-7.1</summary>
public class Ed25519SignatureTests
{
    private const string EmptyKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private const string EmptySignature =
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    private const string Key = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    private const string Signature =
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

    [Theory]
    [InlineData(EmptyKey, "", EmptySignature)]
    [InlineData(Key, "af82", Signature)]
    public void Verify_OfTheStandardsVectors_Holds(string key, string content, string signature) => Assert.True(Verify(key, content, signature));

    [Theory]
    [InlineData(Key, "af83", Signature)]
    [InlineData(EmptyKey, "af82", Signature)]
    [InlineData(Key, "af82", EmptySignature)]
    [InlineData(Key, "af82", "")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000002", "af82", Signature)]
    public void Verify_OfAnythingElse_DoesNot(string key, string content, string signature) => Assert.False(Verify(key, content, signature));

    private static bool Verify(string key, string content, string signature) =>
        Ed25519Signature.Verify(Convert.FromHexString(key), Convert.FromHexString(content), Convert.FromHexString(signature));
}
