using System.Security.Cryptography;
using System.Text;
using CriSharp.Images.Checking;
using CriSharp.Primitives;
using CriSharp.Signatures.Checks;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>The signature policy at pulls and at uses, with signatures as cosign makes them and, over HTTP, simple ones.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class SignedPullTests : IAsyncLifetime
{
    private readonly ImagesFixture _images = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestImage _image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "1")));
    private FakeRegistry _registry = null!;

    private string Name => $"{_registry.Host}/app:1";

    private string Repository => $"{_registry.Host}/app";

    public async Task InitializeAsync()
    {
        _registry = await FakeRegistry.StartAsync();
        _registry.Serve(_image, "app", "1");
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        _images.Dispose();
        _key.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Pull_OfASignedImage_KeepsItsSignaturesForLaterUses()
    {
        Demand(_key);
        Sign(_key, _image.ManifestDigest);

        var id = await _images.PullAsync(Name);
        _images.Open();

        await UseAsync(id);
        Demand(_stranger);
        await RefusesUseAsync(id, "none of the keys", "1 were kept", "pull it again");
        Policy("""[{"type": "reject"}]""");
        await RefusesUseAsync(id, $"as {Name}: the default of {_images.PolicyPath} rejects it");
        Policy("nonsense");
        await RefusesUseAsync(id, "can't be used", _images.PolicyPath);
        Policy("""[{"type": "insecureAcceptAnything"}]""");
        await UseAsync(id);
        await _images.RemoveAsync(id);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_WithoutAFittingSignature_FetchesNoLayerAndLeavesNothing()
    {
        Demand(_key);
        var tag = $"{Repository}:{_image.ManifestDigest.Replace(':', '-')}.sig";

        await RefusesPullAsync("there is no such signature", tag, _images.PolicyPath, "sigstoreSigned");
        Sign(_stranger, _image.ManifestDigest);
        await RefusesPullAsync("none of the keys");
        Sign(_key, TestImage.DigestOf([1]));
        await RefusesPullAsync("it is of the manifest");
        Sign(_key, _image.ManifestDigest, $"{_registry.Host}/other:1");
        await RefusesPullAsync($"it names the image {_registry.Host}/other:1");
        Sign(_key, _image.ManifestDigest, Repository);
        await RefusesPullAsync($"and {Name} is wanted");

        Assert.DoesNotContain(_registry.Requests, request => request.Path.EndsWith(TestImage.DigestOf(_image.Layers[0].Blob), StringComparison.Ordinal));
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_OfASignedIndex_IsOfAllThatItNames()
    {
        var index = TestImage.IndexBytes(false, (_image, "linux", TestImage.GoArchitecture, null));
        _registry.ServeManifest("app", "all", "application/vnd.oci.image.index.v1+json", index);
        Demand(_key);
        Sign(_key, TestImage.DigestOf(index), $"{Repository}:all", at: TestImage.DigestOf(index));

        var id = await _images.PullAsync($"{Repository}:all");

        await UseAsync(id);
        await RefusesPullAsync("there is no such signature");
    }

    [Fact]
    public async Task Pull_OfAnImageThatIsHere_IsHeldAgainstThePolicyOfNow()
    {
        var id = await _images.PullAsync(Name);
        Demand(_key);
        await RefusesUseAsync(id, "no signature was kept when the image was pulled: pull it again");
        await RefusesPullAsync("there is no such signature");
        var layers = LayerRequests();
        Sign(_key, _image.ManifestDigest);

        Assert.Equal(id, await _images.PullAsync(Name));

        await UseAsync(id);
        Assert.Equal(layers, LayerRequests());
        Sign(_key, _image.ManifestDigest, $"{Repository}:2");
        await RefusesPullAsync("it names the image");
        await UseAsync(id);
    }

    [Fact]
    public async Task Use_WhenOneOfSeveralNamesIsAccepted_IsAllowed()
    {
        _registry.Serve(_image, "other", "1");
        var id = await _images.PullAsync(Name);
        Assert.Equal(id, await _images.PullAsync($"{_registry.Host}/other:1"));

        Policy("""[{"type": "reject"}]""", $$"""{"{{Repository}}": [{"type": "insecureAcceptAnything"}]}""");
        await UseAsync(id);
        Policy("""[{"type": "reject"}]""", $$"""{"{{_registry.Host}}/third": [{"type": "insecureAcceptAnything"}]}""");
        await RefusesUseAsync(id, $"as {Name}: ", $"as {_registry.Host}/other:1: ");
    }

    [Fact]
    public async Task Pull_ForANamespaceWithItsOwnPolicy_IsHeldAgainstThat()
    {
        File.WriteAllText(Path.Combine(_images.Root, "strict.json"), """{"default": [{"type": "reject"}]}""");
        var id = await _images.PullAsync(Name);

        await UseAsync(id, "other");
        await RefusesAsync(() => UseAsync(id, "strict"), "strict.json rejects it");
        await RefusesAsync(() => _images.PullAsync(Name, podNamespace: "strict"), "strict.json rejects it");
        Assert.Equal(id, await _images.PullAsync(Name, podNamespace: "../strict"));
    }

    [Fact]
    public async Task Pull_ForANamespaceThatWantsNoSignature_KeepsThoseThatAnotherNeeds()
    {
        File.WriteAllText(Path.Combine(_images.Root, "strict.json"), Demanding(_key));
        Sign(_key, _image.ManifestDigest);
        var id = await _images.PullAsync(Name, podNamespace: "strict");

        Assert.Equal(id, await _images.PullAsync(Name, podNamespace: "other"));
        await _images.Namer.TagAsync(id, $"{Repository}:mine", CancellationToken.None);

        await UseAsync(id, "strict");
        _images.Open();
        await UseAsync(id, "strict");
        await _images.RemoveAsync(id);
        Assert.Empty(_images.Leftovers());
    }

    [Fact] // Each pull finds what its own policy asks for, so what an earlier one found is not in its way.
    public async Task Pull_WhenTheImageIsSignedAnew_KeepsBothSignatures()
    {
        Demand(_key);
        Sign(_key, _image.ManifestDigest);
        var id = await _images.PullAsync(Name);
        Demand(_stranger);
        Sign(_stranger, _image.ManifestDigest);

        await _images.PullAsync(Name);
        await _images.PullAsync(Name);

        Assert.Equal(2, Assert.Single(_images.Store.Resolve(id)!.PulledNames).Signatures.Count);
        await UseAsync(id);
        Demand(_key);
        await UseAsync(id);
        Assert.Empty(new VerifyImage(_images.Store, _images.Content, _images.Layers).Run(id, CancellationToken.None).Faults);
    }

    [Fact]
    public async Task Pull_WhenAttachmentsAreOff_LooksForNone()
    {
        Directory.CreateDirectory(_images.SourcesFolder);
        await File.WriteAllTextAsync(Path.Combine(_images.SourcesFolder, "x.yaml"), $"docker:\n  {_registry.Host}:\n    use-sigstore-attachments: false\n");
        Demand(_key);
        Sign(_key, _image.ManifestDigest);

        await RefusesPullAsync("use-sigstore-attachments is false");
        await File.WriteAllTextAsync(Path.Combine(_images.SourcesFolder, "x.yaml"), "docker: 1\n");
        await RefusesPullAsync("x.yaml:1: docker is not a mapping");
    }

    [Fact]
    public async Task Pull_WithALookasideOverHttp_ReadsItsSignatures()
    {
        _images.Gpgv = new ContentBehindTheFirstByte();
        _images.Open();
        Directory.CreateDirectory(_images.SourcesFolder);
        await File.WriteAllTextAsync(Path.Combine(_images.SourcesFolder, "x.yaml"), $"default-docker:\n  lookaside: http://{_registry.Host}/store\n");
        Policy("""[{"type": "signedBy", "keyType": "GPGKeys", "keyData": "mQ=="}]""");
        await RefusesPullAsync("there is no such signature", $"http://{_registry.Host}/store/app@{_image.ManifestDigest.Replace(':', '=')}/signature-1");
        byte[][] signatures =
        [
            [1, 2, 3],
            [0x90, .. CosignSignature.Payload(TestImage.DigestOf([1]), Name, "atomic container signature")],
            [0x90, .. CosignSignature.Payload(_image.ManifestDigest, Name, "atomic container signature")],
        ];
        _registry.Handler = async context =>
        {
            var path = context.Request.Path.Value!;
            var number = path.StartsWith("/store/app@", StringComparison.Ordinal) ? path[^1] - '1' : signatures.Length;
            if (number >= signatures.Length)
            {
                return false;
            }

            await context.Response.Body.WriteAsync(signatures[number]);
            return true;
        };

        var id = await _images.PullAsync(Name);

        _images.Open();
        await UseAsync(id);
        Assert.Equal(2, Assert.Single(_images.Store.Resolve(id)!.PulledNames).Signatures.Count);
        Assert.Contains(_registry.Requests, request => request.Path.EndsWith("/signature-4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pull_WithTooManyBytesOfSignatures_IsRefused()
    {
        Directory.CreateDirectory(_images.SourcesFolder);
        await File.WriteAllTextAsync(Path.Combine(_images.SourcesFolder, "x.yaml"), $"default-docker:\n  lookaside: http://{_registry.Host}/store\n");
        Policy("""[{"type": "signedBy", "keyType": "GPGKeys", "keyData": "mQ=="}]""");
        _registry.Handler = async context =>
        {
            if (!context.Request.Path.Value!.StartsWith("/store/", StringComparison.Ordinal))
            {
                return false;
            }

            await context.Response.Body.WriteAsync(new byte[1 << 20]);
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(Name));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        Assert.Equal(5, _registry.Requests.Count(request => request.Path.StartsWith("/store/", StringComparison.Ordinal)));
    }

    private void Demand(ECDsa key) => File.WriteAllText(_images.PolicyPath, Demanding(key));

    private static string Demanding(ECDsa key) => Policed(
        $$"""[{"type": "sigstoreSigned", "keyData": "{{Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()))}}"}]""");

    private static string Policed(string byDefault, string docker = "{}") => $$"""{"default": {{byDefault}}, "transports": {"docker": {{docker}} } }""";

    private void Policy(string byDefault, string docker = "{}") => File.WriteAllText(_images.PolicyPath, Policed(byDefault, docker));

    /// <param name="at">Where the signature is looked for; null: at the image.</param>
    private void Sign(ECDsa key, string digest, string? name = null, string? at = null) =>
        CosignSignature.Serve(_registry, "app", at ?? _image.ManifestDigest, key, CosignSignature.Payload(digest, name ?? Name));

    private Task UseAsync(string id, string podNamespace = "") => _images.Policy.AtUseAsync(_images.Store.Resolve(id)!, podNamespace, CancellationToken.None);

    private Task RefusesUseAsync(string id, params string[] words) => RefusesAsync(() => UseAsync(id), words);

    private Task RefusesPullAsync(params string[] words) => RefusesAsync(() => _images.PullAsync(Name), words);

    private static async Task RefusesAsync(Func<Task> call, params string[] words)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(call);
        Assert.Equal(ErrorKind.Unknown, failure.Kind);
        Assert.StartsWith("SignatureValidationFailed: image ", failure.Message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
    }

    private int LayerRequests() =>
        _registry.Requests.Count(request => request.Path.EndsWith(TestImage.DigestOf(_image.Layers[0].Blob), StringComparison.Ordinal));

    private sealed class ContentBehindTheFirstByte : IGpgv
    {
        private const string Good = "[GNUPG:] NEWSIG\n[GNUPG:] PLAINTEXT 62 0 \n[GNUPG:] GOODSIG 1 x\n[GNUPG:] VALIDSIG 1\n";

        public Task<GpgvOutcome> RunAsync(ReadOnlyMemory<byte> message, IReadOnlyList<ReadOnlyMemory<byte>> keyrings, CancellationToken cancellationToken) =>
            Task.FromResult(new GpgvOutcome(0, Good, message[1..]));
    }
}
