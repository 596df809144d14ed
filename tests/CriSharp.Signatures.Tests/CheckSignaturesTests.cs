using System.Security.Cryptography;
using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Signatures.Checks;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Tests;

/// <summary>Signatures as cosign makes them, made here; OpenPGP by a gpgv that says what the test tells it.</summary>
public sealed class CheckSignaturesTests : IGpgv, IEd25519
{
    private static readonly Digest Index = Digest.Parse($"sha256:{new string('1', 64)}");
    private static readonly Digest Manifest = Digest.Parse($"sha256:{new string('2', 64)}");
    private static readonly Digest Other = Digest.Parse($"sha256:{new string('3', 64)}");
    private static readonly SignedSubject Subject = new(ImageReference.Parse("a.test/app:1"), Index, Manifest);

    private GpgvOutcome? _gpgv;
    private bool _ed25519;

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public async Task Sigstore_ByTheRightKey_IsAccepted(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));

        Assert.Null(await CheckAsync(Sigstore(key.ExportSubjectPublicKeyInfoPem()), Signed(key, Payload(Index))));
        Assert.Null(await CheckAsync(Sigstore(key.ExportSubjectPublicKeyInfoPem()), Signed(key, Payload(Other)), Signed(key, Payload(Manifest))));
    }

    [Fact]
    public async Task Sigstore_ByRsa_IsAccepted()
    {
        using var key = RSA.Create(2048);
        var payload = Payload(Manifest);
        var signature = key.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        Assert.Null(await CheckAsync(Sigstore(key.ExportSubjectPublicKeyInfoPem()), new ImageSignature.Sigstore("here", payload, Convert.ToBase64String(signature))));
    }

    [Fact]
    public async Task Sigstore_ByEd25519_IsWhatTheLibrarySays()
    {
        // RFC 8410, section 10.1
        var demands = Sigstore("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n");
        var signature = new ImageSignature.Sigstore("here", Payload(Manifest), Convert.ToBase64String(new byte[64]));

        Assert.Contains("none of the keys", await CheckAsync(demands, signature), StringComparison.Ordinal);
        _ed25519 = true;
        Assert.Null(await CheckAsync(demands, signature));
    }

    [Fact]
    public async Task Sigstore_ThatDoesNotFit_IsRefusedWithTheReason()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var demands = Sigstore(key.ExportSubjectPublicKeyInfoPem());
        var good = Signed(key, Payload(Manifest));

        await RefusesAsync("there is no such signature (looked here)");
        await RefusesAsync("none of the keys", Signed(stranger, Payload(Manifest)));
        await RefusesAsync("none of the keys", good with { Payload = Payload(Index) });
        await RefusesAsync("not base64", good with { Base64 = "?" });
        await RefusesAsync($"it is of the manifest {Other}", Signed(key, Payload(Other)));
        await RefusesAsync("it names the image a.test/app:2, and a.test/app:1 is wanted", Signed(key, Payload(Manifest, "a.test/app:2")));
        await RefusesAsync("it names the image a.test/app, and a.test/app:1 is wanted", Signed(key, Payload(Manifest, "a.test/app")));
        await RefusesAsync("critical.type", Signed(key, Payload(Manifest, type: "atomic container signature")));
        await RefusesAsync("there is no such signature", new ImageSignature.OpenPgp("here", new byte[] { 0x90 }));

        async Task RefusesAsync(string words, params ImageSignature[] found)
        {
            var refusal = await CheckAsync(demands, found);
            Assert.Contains(words, refusal, StringComparison.Ordinal);
            Assert.StartsWith("the default of /policy.json wants sigstoreSigned (default[0]): ", refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nothing", "no public key in PEM")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "can't be used")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no public key in PEM")]
    public async Task Sigstore_WithKeysThatAreNone_SaysSo(string pem, string words)
    {
        var refusal = await CheckAsync(Sigstore(pem), new ImageSignature.Sigstore("here", Payload(Manifest), "AAAA"));

        Assert.Contains("default[0].keyData", refusal, StringComparison.Ordinal);
        Assert.Contains(words, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigstore_WithAShortRsaKey_IsRefused()
    {
        using var key = RSA.Create(1024);

        var refusal = await CheckAsync(Sigstore(key.ExportSubjectPublicKeyInfoPem()), new ImageSignature.Sigstore("here", Payload(Manifest), "AAAA"));

        Assert.Contains("1024 bits", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenPgp_WhenGpgvSaysGood_CountsWhatItSigned()
    {
        var demands = Demands("""{"type": "signedBy", "keyType": "GPGKeys", "keyData": "mQ=="}""");
        var signature = new ImageSignature.OpenPgp("here", new byte[] { 0x90 });
        const string Good = "[GNUPG:] NEWSIG\n[GNUPG:] PLAINTEXT 62 0 \n[GNUPG:] GOODSIG 1 x\n[GNUPG:] VALIDSIG 1\n";

        _gpgv = new GpgvOutcome(0, Good, Payload(Manifest, type: "atomic container signature"));
        Assert.Null(await CheckAsync(demands, signature));
        _gpgv = _gpgv with { Content = Payload(Other, type: "atomic container signature") };
        Assert.Contains("it is of the manifest", await CheckAsync(demands, signature), StringComparison.Ordinal);
        _gpgv = new GpgvOutcome(0, "[GNUPG:] NODATA 1", Payload(Manifest, type: "atomic container signature"));
        Assert.Contains("no signed OpenPGP message", await CheckAsync(demands, signature), StringComparison.Ordinal);
        _gpgv = null;
        Assert.Contains("no gpgv here", await CheckAsync(demands, signature), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requirements_WhenSeveral_AreAllToBeMet()
    {
        using var one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var both = Demands(RequirementFor(one.ExportSubjectPublicKeyInfoPem()), RequirementFor(other.ExportSubjectPublicKeyInfoPem()));

        Assert.Contains("default[1]", await CheckAsync(both, Signed(one, Payload(Manifest))), StringComparison.Ordinal);
        Assert.Null(await CheckAsync(both, Signed(one, Payload(Manifest)), Signed(other, Payload(Manifest))));
        Assert.Contains("rejects it", await CheckAsync(Demands("""{"type": "insecureAcceptAnything"}""", """{"type": "reject"}""")), StringComparison.Ordinal);
        Assert.Null(await CheckAsync(Demands("""{"type": "insecureAcceptAnything"}""")));
    }

    [Fact]
    public void KeptSignatures_WhenReadAgain_AreTheSame()
    {
        var sigstore = new ImageSignature.Sigstore("registry", Payload(Manifest), "AAAA");
        var read = Assert.IsType<ImageSignature.Sigstore>(ImageSignature.Parse(sigstore.Format()));
        Assert.Equal((Encoding.UTF8.GetString(sigstore.Payload.Span), "AAAA"), (Encoding.UTF8.GetString(read.Payload.Span), read.Base64));
        var message = new ImageSignature.OpenPgp("registry", new byte[] { 0x90, 1, 2 });
        Assert.Equal([0x90, 1, 2], Assert.IsType<ImageSignature.OpenPgp>(ImageSignature.Parse(message.Format())).Message.ToArray());
        Assert.Throws<FormatException>(() => ImageSignature.Parse("{}"u8.ToArray()));
        Assert.Throws<FormatException>(() => ImageSignature.Parse([]));
    }

    Task<GpgvOutcome> IGpgv.RunAsync(ReadOnlyMemory<byte> message, IReadOnlyList<ReadOnlyMemory<byte>> keyrings, CancellationToken cancellationToken)
    {
        Assert.Equal([0x99], Assert.Single(keyrings).ToArray());
        return Task.FromResult(_gpgv ?? throw new RuntimeException(ErrorKind.FailedPrecondition, "no gpgv here"));
    }

    bool IEd25519.Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        Assert.Equal(0x19, publicKey[0]);
        return _ed25519;
    }

    private Task<string?> CheckAsync(Demands demands, params ImageSignature[] found) =>
        new CheckSignatures(this, this).RunAsync(demands, Subject, found, "looked here", CancellationToken.None);

    private static Demands Sigstore(string pem) => Demands(RequirementFor(pem));

    private static string RequirementFor(string pem) =>
        $$"""{"type": "sigstoreSigned", "keyData": "{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}"}""";

    private static Demands Demands(params string[] requirements) => PolicyReader.Read(
        Encoding.UTF8.GetBytes($$"""{"default": [{{string.Join(", ", requirements)}}]}"""), "/policy.json").For(Subject.Name);

    private static ImageSignature.Sigstore Signed(ECDsa key, byte[] payload) => new(
        "here", payload, Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));

    private static byte[] Payload(Digest manifest, string name = "a.test/app:1", string type = "cosign container image signature") => Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":"{{{name}}}"},"image":{"docker-manifest-digest":"{{{manifest}}}"},"type":"{{{type}}}"},"optional":null}""");
}
