using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Which places are asked for an image, and what they are told.</summary>
public sealed class MirrorTests
{
    private const string SomeDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "registry-1.docker.io/library/busybox")]
    [InlineData("a.example/x/y", "m1.example/cache/x/y m2.example/x/y a.example/x/y")]
    [InlineData("a.example/x/y@" + SomeDigest, "m1.example/cache/x/y m3.example/x/y a.example/x/y")]
    [InlineData("a.example/team/x", "other.example:5000/x")]
    [InlineData("a.example/teamwork", "m1.example/cache/teamwork m2.example/teamwork a.example/teamwork")]
    [InlineData("a.example:5000/x", "a.example:5000/x")]
    [InlineData("deep.b.example/x", "m4.example/x deep.b.example/x")]
    [InlineData("b.example/x", "b.example/x")]
    [InlineData("c.d.example/x", "all.example/d/x")]
    [InlineData("x.b.example:5000/y", "m4.example:5000/y x.b.example:5000/y")]
    [InlineData("c.d.example:5000/x", "all.example/d/x")]
    [InlineData("c.e.example/x", "c.e.example/x")]
    [InlineData("c.e.example:443/x", "e.example/x")]
    [InlineData("f.example.org:5000/f.example/x", "f.example.org:5000/f.example/x")]
    public void Places_AreTheMirrorsAndThenTheRegistry(string reference, string places)
    {
        var order = new EndpointOrder(new RegistryOptions { Registries = Always(Rules) });

        Assert.Equal(places.Split(' '), order.For(ImageReference.Parse(reference)).Select(endpoint => $"{endpoint.Host}/{endpoint.Path}"));
    }

    [Fact]
    public void Places_AreInsecureWhereTheFileSaysSo()
    {
        var order = new EndpointOrder(new RegistryOptions { Registries = Always(Rules) });

        Assert.Equal([false, true, false], order.For(ImageReference.Parse("a.example/x")).Select(endpoint => endpoint.IsInsecure));
        Assert.True(order.IsInsecure("m2.example"));
        Assert.False(order.IsInsecure("other.example:5000"));
    }

    [Theory]
    [InlineData("reg.example/app", true)]
    [InlineData("reg.example/prod/app", false)]
    [InlineData("m2.example/app", false)]
    [InlineData("named.example/app", true)]
    [InlineData("named.example:5000/app", true)]
    [InlineData("x.f.example:5000/app", true)]
    public void Place_IsInsecureOnlyByItsOwnRule(string reference, bool isInsecure)
    {
        var rules = new RegistriesConfiguration([.. Rules.Rules, Rule("reg.example") with { IsInsecure = true }, Rule("reg.example/prod")]);
        var order = new EndpointOrder(new RegistryOptions { Registries = Always(rules), InsecureRegistries = () => ["Named.example"] });

        var place = Assert.Single(order.For(ImageReference.Parse(reference)));

        Assert.Equal(isInsecure, place.IsInsecure);
        Assert.Equal(isInsecure, order.IsInsecure(new Uri($"https://{place.Host}/"), place));
    }

    [Theory]
    [InlineData("reg.example", "https://reg.example/token", true)]
    [InlineData("reg.example:443", "https://reg.example/token", true)]
    [InlineData("Reg.Example:5000", "https://reg.example:5000/", true)]
    [InlineData("reg.example:80", "http://reg.example/", true)]
    [InlineData("reg.example:443", "http://reg.example/", false)]
    [InlineData("reg.example:443", "https://reg.example:5000/", false)]
    [InlineData("reg.example", "https://other.example/", false)]
    public void Address_IsOfAHost_HoweverThatIsSpelled(string host, string address, bool isIts) =>
        Assert.Equal(isIts, new RegistryEndpoint(host, "a", IsInsecure: false).IsAt(new Uri(address)));

    [Theory]
    [InlineData("a.example/blocked/x")]
    [InlineData("x.g.example/y")]
    [InlineData("x.g.example:5000/y")]
    public void Blocked_IsRefusedWithTheRuleThatDoesIt(string reference)
    {
        var client = new RegistryClient(new RegistryOptions { Registries = Always(Rules) }, TimeProvider.System);

        var failure = Assert.Throws<RuntimeException>(() => client.OpenRepository(ImageReference.Parse(reference), null));

        Assert.Equal(ErrorKind.PermissionDenied, failure.Kind);
        Assert.Contains("registries.conf:9", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_WhenAMirrorHasIt_DoesNotAskTheRegistry()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        var image = new TestImage();
        mirror.Serve(image, "copies/a", "1");

        var resolved = await Open(registry.Host, $"{mirror.Host}/copies", null).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
        Assert.Empty(registry.Requests);
    }

    [Fact]
    public async Task Resolve_WhenAMirrorDoesNotHaveIt_AsksTheRegistry()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        var image = new TestImage();
        registry.Serve(image, "a", "1");

        var resolved = await Open(registry.Host, mirror.Host, null).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
        Assert.NotEmpty(mirror.Requests);
    }

    [Fact]
    public async Task Resolve_WhenNobodyHasIt_TellsWhatEachSaid()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Open(registry.Host, mirror.Host, null).ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.NotFound, failure.Kind);
        Assert.Contains($"{registry.Host} answered 404", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"mirrors were asked before: cannot fetch manifest 1 of {registry.Host}/a: {mirror.Host} answered 404", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A pull asks for much: it must not wait for a dead mirror each time.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mirror_ThatIsOfNoUse_IsAskedOncePerPull(bool isBusy)
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        mirror.Handler = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            if (!isBusy)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return true;
        };
        var layer = TestLayer.OfFiles(true, ("a", "b"));
        registry.Serve(new TestImage().Add(layer), "a", "1");
        var limits = new RegistryOptions
        {
            Attempts = 4,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            ResponseTimeLimit = TimeSpan.FromSeconds(2),
            ProgressTimeLimit = TimeSpan.FromSeconds(1),
        };
        var repository = Open(registry.Host, mirror.Host, null, limits);
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(layer.Digest), SizeBytes = layer.Blob.Length };

        Assert.Equal(layer.Blob, await repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));
        Assert.Equal(layer.Blob, await repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));
        await repository.ResolveAsync(CancellationToken.None);

        Assert.Single(mirror.Requests);
    }

    /// <summary>Whatever is wrong with a mirror's body, the registry's is whole.</summary>
    [Theory]
    [InlineData("silent")]
    [InlineData("broken")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("length")]
    [InlineData("range")]
    public async Task Mirror_WhoseBodyIsOfNoUse_KeepsNoBlobFromTheRegistry(string how)
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        var layer = TestLayer.OfFiles(true, ("a", "b"));
        registry.Serve(new TestImage().Add(layer), "a", "1");
        mirror.Handler = async context =>
        {
            await SendAsync(context, how, layer.Blob);
            return true;
        };
        var limits = new RegistryOptions { Attempts = 1, RetryDelay = TimeSpan.FromMilliseconds(1), ProgressTimeLimit = TimeSpan.FromMilliseconds(300) };
        var repository = Open(registry.Host, mirror.Host, null, limits);
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(layer.Digest), SizeBytes = layer.Blob.Length };

        Assert.Equal(layer.Blob, await repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));
        Assert.Equal(layer.Blob, await repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Single(mirror.Requests);
    }

    /// <summary>Where no way leads out, a mirror that was busy for a moment is all there is.</summary>
    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Mirror_ThatIsBusyForAMoment_IsAskedAgainWhereTheRegistryIsOutOfReach(int status)
    {
        await using var mirror = await FakeRegistry.StartAsync();
        var layer = TestLayer.OfFiles(true, ("a", "b"));
        mirror.Serve(new TestImage().Add(layer), "a", "1");
        var busy = 2;
        mirror.Handler = context =>
        {
            var isBusy = Interlocked.Decrement(ref busy) >= 0;
            context.Response.StatusCode = isBusy ? status : 200;
            return Task.FromResult(isBusy);
        };
        var repository = Open(await NobodyAsync(), mirror.Host, null, new RegistryOptions { Attempts = 4, RetryDelay = TimeSpan.FromMilliseconds(1) });
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(layer.Digest), SizeBytes = layer.Blob.Length };

        var fetched = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None)));

        Assert.All(fetched, bytes => Assert.Equal(layer.Blob, bytes));
    }

    [Fact]
    public async Task Mirror_ThatStaysBusy_IsGivenUpWhereTheRegistryIsOutOfReach()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        mirror.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.FromResult(context.Request.Method == HttpMethods.Get && context.Request.Path != "/v2/");
        };
        var repository = Open(await NobodyAsync(), mirror.Host, null, new RegistryOptions { Attempts = 3, RetryDelay = TimeSpan.FromMilliseconds(1) });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => repository.FetchManifestAsync(Digest.Parse(SomeDigest), null, CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains($"{mirror.Host} answered 503", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, mirror.Requests.Count(request => request.Path.Contains("/manifests/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Mirror_ThatAnswersAndSendsNothing_IsLeftForTheRegistry()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        var layer = TestLayer.OfFiles(true, ("a", "b"));
        registry.Serve(new TestImage().Add(layer), "a", "1");
        mirror.Handler = async context =>
        {
            context.Response.ContentLength = layer.Blob.Length;
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var limits = new RegistryOptions { Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1), ProgressTimeLimit = TimeSpan.FromSeconds(1) };
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(layer.Digest), SizeBytes = layer.Blob.Length };

        Assert.Equal(layer.Blob, await Open(registry.Host, mirror.Host, null, limits).FetchBlobAsync(blob, 1 << 20, CancellationToken.None));
        Assert.Single(mirror.Requests);
    }

    [Fact]
    public async Task Credentials_AreNotShownToAMirror()
    {
        await using var mirror = await FakeRegistry.StartAsync();
        await using var registry = await FakeRegistry.StartAsync("127.0.0.2");
        var seen = new List<string>();
        mirror.Handler = context =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString());
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"mirror\"";
            return Task.FromResult(true);
        };
        registry.Serve(new TestImage(), "a", "1");

        await Open(registry.Host, mirror.Host, new RegistryCredentials { UserName = "u", Password = "p" }).ResolveAsync(CancellationToken.None);

        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Empty);
    }

    private static RegistriesConfiguration Rules => new(
    [
        Rule("a.example") with
        {
            Mirrors =
            [
                new RegistryMirror("m1.example/cache", false, MirrorUse.All),
                new RegistryMirror("m2.example", true, MirrorUse.TagOnly),
                new RegistryMirror("m3.example", false, MirrorUse.DigestOnly),
            ],
        },
        Rule("a.example/team") with { Location = "other.example:5000" },
        Rule("a.example/blocked") with { IsBlocked = true, Source = "registries.conf:9" },
        Rule("*.b.example") with { Location = "", Mirrors = [new RegistryMirror("m4.example", false, MirrorUse.All)] },
        Rule("*.d.example") with { Location = "all.example/d" },
        Rule("*.e.example:443") with { Location = "e.example" },
        Rule("*.f.example") with { Location = "", IsInsecure = true },
        Rule("*.g.example") with { Location = "", IsBlocked = true, Source = "registries.conf:9" },
    ]);

    private static async Task SendAsync(HttpContext context, string how, byte[] blob)
    {
        var response = context.Response;
        byte[] body = how == "long" ? [.. blob, 0] : blob[..10];
        response.StatusCode = how == "range" ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        response.Headers.ContentRange = how == "range" ? $"bytes 5-{blob.Length - 1}/{blob.Length}" : default;
        response.ContentLength = how switch
        {
            "short" or "long" => null,
            "length" => blob.Length + 1,
            _ => blob.Length,
        };
        await response.Body.WriteAsync(body);
        await response.Body.FlushAsync();
        switch (how)
        {
            case "broken":
                context.Abort();
                break;
            case not ("short" or "long"):
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
        }
    }

    /// <summary>A place where nobody listens any more.</summary>
    private static async Task<string> NobodyAsync()
    {
        await using var gone = await FakeRegistry.StartAsync("127.0.0.3");
        return gone.Host;
    }

    private static Func<RegistriesConfiguration> Always(RegistriesConfiguration configuration) => () => configuration;

    private static RegistryRule Rule(string prefix) => new() { Prefix = prefix, Location = prefix, Source = "registries.conf:1" };

    private static RegistryRepository Open(string host, string mirror, RegistryCredentials? credentials) =>
        Open(host, mirror, credentials, new RegistryOptions { Attempts = 1 });

    private static RegistryRepository Open(string host, string mirror, RegistryCredentials? credentials, RegistryOptions limits)
    {
        var rule = Rule(host) with { Mirrors = [new RegistryMirror(mirror, true, MirrorUse.All)] };
        var options = limits with { CertificateFolders = [], Registries = Always(new RegistriesConfiguration([rule])) };
        return new RegistryClient(options, TimeProvider.System).OpenRepository(ImageReference.Parse($"{host}/a:1"), credentials);
    }
}
