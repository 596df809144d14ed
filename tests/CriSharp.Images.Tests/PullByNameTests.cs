using System.Security.Cryptography;
using System.Text;
using CriSharp.Images.Pulling;
using CriSharp.Primitives;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Names;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>Short names that are searched at two registries.</summary>
public sealed class PullByNameTests : IAsyncLifetime, IDisposable
{
    private readonly ImagesFixture _images = new();
    private readonly TestImage _image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "1")));
    private readonly string _authFile = Path.GetTempFileName();
    private FakeRegistry _first = null!;
    private FakeRegistry _second = null!;
    private PullByName _pull = null!;

    public async Task InitializeAsync()
    {
        _first = await FakeRegistry.StartAsync();
        _second = await FakeRegistry.StartAsync("127.0.0.2");
        var registries = new RegistriesConfiguration([]) { ShortNames = new ShortNameRules { SearchRegistries = [_first.Host, _second.Host], SearchSource = "x:1" } };
        _images.Names = new ImageNames(() => registries, ShortNameMode.Permissive);
        _images.Open();
        var lookup = new CredentialLookup(new CredentialOptions { Files = [_authFile] }, new NoHelpers(), () => registries);
        _pull = new PullByName(_images.Puller, _images.Names, lookup);
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    public void Dispose()
    {
        _images.Dispose();
        File.Delete(_authFile);
    }

    [Fact]
    public async Task Pull_TakesTheFirstThatIsThere_AndTheShortNameFindsIt()
    {
        _second.Serve(_image, "app", "1");

        var id = await PullAsync("app:1");

        Assert.Equal(_image.Id, id);
        Assert.NotEmpty(_first.Requests);
        var found = _images.Store.Resolve("app:1")!;
        Assert.Equal([$"{_second.Host}/app:1"], found.RepoTags);
        Assert.Same(found, _images.Store.Resolve($"app@{_image.ManifestDigest}"));
        Assert.Same(found, _images.Store.Resolve($"app:1@{_image.ManifestDigest}"));
        Assert.Null(_images.Store.Resolve("app"));
        Assert.Null(_images.Store.Resolve("docker.io/library/app:1"));
        await _images.RemoveAsync("app:1");
        Assert.Empty(_images.Store.List());
    }

    [Fact]
    public async Task Pull_BySha512_IsVerifiedByIt_ThoughTheRegistryTellsSha256()
    {
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(_image.ManifestBytes))}";
        _first.ServeManifest("app", digest, _image.ManifestMediaType, _image.ManifestBytes);
        _first.ServeManifest("app", digest.Replace(digest[^4..], "0000", StringComparison.Ordinal), _image.ManifestMediaType, _image.ManifestBytes);
        _first.ServeBlobs(_image, "app");
        var name = $"{_first.Host}/app@{digest}";

        Assert.Equal(_image.Id, await PullAsync(name));

        Assert.Equal([name], _images.Store.Resolve(name)!.RepoDigests);
        var other = await Assert.ThrowsAsync<RuntimeException>(() => PullAsync(name.Replace(digest[^4..], "0000", StringComparison.Ordinal)));
        Assert.Equal(ErrorKind.DataLoss, other.Kind);
    }

    [Fact]
    public async Task Pull_WhenNobodyHasIt_TellsWhatEachAnswered()
    {
        _first.Handler = Answer(403, "DENIED", "who are you");
        _second.Handler = Answer(404, "MANIFEST_UNKNOWN", "never seen");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => PullAsync("app:1"));

        Assert.Equal(ErrorKind.PermissionDenied, failure.Kind);
        Assert.Contains($"{_first.Host}/app:1: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("who are you", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{_second.Host}/app:1: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("never seen", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_WhenOneDoesNotAnswer_IsToldInTheKubeletsWords()
    {
        _first.Handler = Answer(503, "UNAVAILABLE", "later");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => PullAsync("app:1"));

        Assert.Equal(ErrorKind.Unknown, failure.Kind);
        Assert.StartsWith("RegistryUnavailable: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_WhenTheFirstsImageIsBroken_DoesNotGoOnToTheNext()
    {
        _first.ServeManifest("app", "1", _image.ManifestMediaType, Encoding.UTF8.GetBytes("{}"));
        _second.Serve(_image, "app", "1");

        Assert.Equal(ErrorKind.DataLoss, (await Assert.ThrowsAsync<RuntimeException>(() => PullAsync("app:1"))).Kind);
        Assert.Empty(_second.Requests);
    }

    [Fact]
    public async Task Credentials_OfTheCaller_AreShownToNoneThatIsSearched()
    {
        _first.Handler = Answer(401, "UNAUTHORIZED", "who are you");
        _second.Handler = Answer(401, "UNAUTHORIZED", "who are you");

        await Assert.ThrowsAsync<RuntimeException>(() => PullAsync("app:1", new PullCredentials { UserName = "alice", Password = "secret" }));

        Assert.DoesNotContain(_first.Requests.Concat(_second.Requests), request => request.Authorization is not null);
    }

    [Fact]
    public async Task Credentials_OfTheFile_AreShownToTheirRegistry_AndAWrongOneFailsThoughTheImageIsHere()
    {
        _second.Serve(_image, "app", "1");
        _second.Handler = context =>
        {
            var isKnown = context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String("alice:secret"u8);
            if (!isKnown && context.Request.Path != "/v2/")
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
                return Task.FromResult(true);
            }

            return Task.FromResult(false);
        };
        await WriteAuthAsync("alice:secret");

        Assert.Equal(_image.Id, await PullAsync("app:1"));

        Assert.DoesNotContain(_first.Requests, request => request.Authorization is not null);
        await WriteAuthAsync("alice:wrong");
        Assert.Equal(ErrorKind.Unauthenticated, (await Assert.ThrowsAsync<RuntimeException>(() => PullAsync("app:1"))).Kind);
    }

    private Task<string> PullAsync(string name, PullCredentials? credentials = null) =>
        _pull.RunAsync(new NamedPull { Name = name, Credentials = credentials }, CancellationToken.None);

    private Task WriteAuthAsync(string pair) =>
        File.WriteAllTextAsync(_authFile, """{"auths":{"HOST":{"auth":"PAIR"}}}""".Replace("HOST", _second.Host, StringComparison.Ordinal)
            .Replace("PAIR", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)), StringComparison.Ordinal));

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Answer(int status, string code, string words) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.WWWAuthenticate = status == 401 ? "Basic realm=\"test\"" : "";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{code}}","message":"{{words}}"}]}"""));
        return true;
    };

    private sealed class NoHelpers : ICredentialPrograms
    {
        public Task<HelperOutput> GetAsync(string name, string serverUrl, CancellationToken cancellationToken) => throw new InvalidOperationException("no helper is named");
    }
}
