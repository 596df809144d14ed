using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Registries that are busy, or that know less of HTTP than others.</summary>
public sealed class BusyRegistryTests : IAsyncLifetime
{
    private readonly byte[] _blob = TestLayer.OfRandomBytes("a", 300_000, seed: 7, gzip: false).Blob;
    private FakeRegistry _fake = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeRegistry.StartAsync();
        _fake.ServeBlob("a", TestImage.DigestOf(_blob), _blob);
    }

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Blob_WhenTheRegistryIsBusyInTheMiddle_WaitsAndGoesOn(int status)
    {
        var breaks = 1;
        var busy = 1;
        _fake.Handler = async context =>
        {
            if (breaks-- > 0)
            {
                context.Response.ContentLength = _blob.Length;
                await context.Response.Body.WriteAsync(_blob.AsMemory(0, 100_000));
                await context.Response.Body.FlushAsync();
                context.Abort();
                return true;
            }

            var isBusy = busy-- > 0;
            context.Response.StatusCode = isBusy ? status : 200;
            context.Response.Headers.RetryAfter = "0";
            return isBusy;
        };

        Assert.Equal(_blob, await ReadAsync());
        Assert.Equal(2, _fake.Requests.Count(request => request.Range == "bytes=100000-"));
    }

    [Fact]
    public async Task Resolve_WhenTheRegistryKnowsGetOnly_AsksInFull()
    {
        var image = new TestImage();
        _fake.Serve(image, "a", "1");
        _fake.Handler = context =>
        {
            var isHead = context.Request.Method == "HEAD";
            context.Response.StatusCode = isHead ? 405 : 200;
            return Task.FromResult(isHead);
        };

        Assert.Equal(image.ManifestDigest, (await Repository().ResolveAsync(CancellationToken.None)).Digest.ToString());
    }

    [Fact]
    public async Task Resolve_WhenRefused_QuotesTheWordsThatHeadDoesNotHave()
    {
        _fake.Handler = async context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            await context.Response.WriteAsync(context.Request.Method == "GET" ? """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull less"}]}""" : "");
            return context.Request.Path != "/v2/";
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository().ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains("answered 429 (TOOMANYREQUESTS: pull less)", failure.Message, StringComparison.Ordinal);
    }

    private RegistryRepository Repository() => new RegistryClient(
        new RegistryOptions { Attempts = 3, RetryDelay = TimeSpan.FromMilliseconds(1), CertificateFolders = [] }, TimeProvider.System)
        .OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), null);

    private Task<byte[]> ReadAsync() => Repository().FetchBlobAsync(
        new Descriptor { MediaType = "a", Digest = Digest.Parse(TestImage.DigestOf(_blob)), SizeBytes = _blob.Length }, 1 << 20, CancellationToken.None);
}
