using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Registry.Tests;

/// <summary>Against Debian's docker-registry, filled by skopeo and by the API.</summary>
public sealed class RealRegistryTests
{
    private static readonly RegistryOptions Quick = new() { Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1), CertificateFolders = [] };

    [Theory]
    [InlineData("oci")]
    [InlineData("v2s2")]
    public async Task Fetch_WhenPushedBySkopeo_GivesManifestConfigAndLayers(string format)
    {
        await using var registry = await LocalRegistry.StartAsync();
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "1"))).Add(TestLayer.OfRandomBytes("b", 3_000_000, seed: 1));
        var reference = ImageReference.Parse(await registry.PushWithSkopeoAsync(image, "team/app", "1", format));
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(reference, null);

        var resolved = await repository.ResolveAsync(CancellationToken.None);
        var document = await repository.FetchManifestAsync(resolved.Digest, null, CancellationToken.None);
        var manifest = ImageManifest.Parse(document.Content.Span, document.MediaType);
        var config = ImageConfigFile.Parse(await repository.FetchBlobAsync(manifest.Config, ImageConfigFile.LimitBytes, CancellationToken.None));

        Assert.Equal(format == "oci" ? MediaTypes.OciManifest : MediaTypes.DockerManifest, manifest.MediaType);
        Assert.Equal(image.Layers.Select(layer => layer.DiffId), config.DiffIds.Select(diffId => diffId.ToString()));
        foreach (var layer in manifest.Layers)
        {
            await using var stream = repository.OpenBlob(layer);
            Assert.Equal(layer.Digest.ToString(), await DigestAsync(stream));
        }
    }

    [Fact]
    public async Task Resolve_OverTlsWithTheCaOfCertsD_Works()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true);
        var image = new TestImage().Add(TestLayer.OfFiles(false, ("a", "1")));
        await registry.Upload.PushAsync(image, "a", "1");
        var client = new RegistryClient(Quick with { CertificateFolders = [registry.CertificatesFolder] }, TimeProvider.System);

        var resolved = await client.OpenRepository(ImageReference.Parse($"{registry.Host}/a:1"), null).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
    }

    [Fact]
    public async Task Resolve_OverTlsWithoutItsCa_FailsAndNeverFallsBackToHttp()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true);
        var client = new RegistryClient(Quick, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => client.OpenRepository(ImageReference.Parse($"{registry.Host}/a:1"), null).ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains($"certs.d/{registry.Host}/ca.crt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_OverTlsOfAnInsecureRegistry_AcceptsAnyCertificate()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true);
        var image = new TestImage();
        await registry.Upload.PushAsync(image, "a", "1");
        var client = new RegistryClient(Quick with { InsecureRegistries = () => [registry.Host] }, TimeProvider.System);

        var resolved = await client.OpenRepository(ImageReference.Parse($"{registry.Host}/a:1"), null).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
    }

    [Fact]
    public async Task Resolve_WithBasicLogin_NeedsTheRightPassword()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true, needsLogin: true);
        await registry.Upload.PushAsync(new TestImage(), "a", "1");
        var client = new RegistryClient(Quick with { CertificateFolders = [registry.CertificatesFolder] }, TimeProvider.System);
        var reference = ImageReference.Parse($"{registry.Host}/a:1");

        await client.OpenRepository(reference, Login(LocalRegistry.Password)).ResolveAsync(CancellationToken.None);
        var wrong = await Assert.ThrowsAsync<RuntimeException>(
            () => client.OpenRepository(reference, Login("wrong")).ResolveAsync(CancellationToken.None));
        var none = await Assert.ThrowsAsync<RuntimeException>(() => client.OpenRepository(reference, null).ResolveAsync(CancellationToken.None));

        Assert.Equal([ErrorKind.Unauthenticated, ErrorKind.Unauthenticated], [wrong.Kind, none.Kind]);
    }

    [Fact]
    public async Task Resolve_WhenTheRegistryWantsACertificate_ShowsThatOfCertsDAsItIsNow()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true, needsCertificate: true);
        await registry.Upload.PushAsync(new TestImage(), "a", "1");
        var folder = Path.Combine(registry.CertificatesFolder, registry.Host);
        var hidden = Directory.CreateDirectory(Path.Combine(folder, "later")).FullName;
        Move(folder, hidden, "ca.crt", "client.cert", "client.key");
        var repository = new RegistryClient(Quick with { CertificateFolders = [registry.CertificatesFolder] }, TimeProvider.System)
            .OpenRepository(ImageReference.Parse($"{registry.Host}/a:1"), null);

        Assert.Equal(ErrorKind.Unavailable, await FailureAsync());
        Move(hidden, folder, "ca.crt");
        Assert.Equal(ErrorKind.Unavailable, await FailureAsync());
        Move(hidden, folder, "client.key");
        Assert.Equal(ErrorKind.FailedPrecondition, await FailureAsync());
        Move(hidden, folder, "client.cert");
        await repository.ResolveAsync(CancellationToken.None);

        async Task<ErrorKind> FailureAsync() => (await Assert.ThrowsAsync<RuntimeException>(() => repository.ResolveAsync(CancellationToken.None))).Kind;
    }

    [Fact]
    public async Task Resolve_WhenTheTagIsNotThere_IsNotFound()
    {
        await using var registry = await LocalRegistry.StartAsync();
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"{registry.Host}/none:1"), null);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => repository.ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.NotFound, failure.Kind);
        Assert.Contains($"manifest 1 of {registry.Host}/none", failure.Message, StringComparison.Ordinal);
    }

    private static void Move(string from, string to, params string[] names)
    {
        foreach (var name in names)
        {
            File.Move(Path.Combine(from, name), Path.Combine(to, name));
        }
    }

    private static RegistryCredentials Login(string password) => new() { UserName = LocalRegistry.UserName, Password = password };

    private static async Task<string> DigestAsync(Stream stream) =>
        $"sha256:{Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream))}";
}
