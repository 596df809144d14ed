using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Registries that break off, lie, stall or lead astray.</summary>
public sealed partial class HostileRegistryTests : IAsyncLifetime
{
    private const int BlobBytes = 400_000;

    private static readonly RegistryOptions Quick = new()
    {
        Attempts = 3,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        CertificateFolders = [],
    };

    private readonly byte[] _blob = TestLayer.OfRandomBytes("a", BlobBytes, seed: 7, gzip: false).Blob;
    private FakeRegistry _fake = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeRegistry.StartAsync();
        _fake.ServeBlob("a", TestImage.DigestOf(_blob), _blob);
    }

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    [Fact]
    public async Task Blob_WhenTheConnectionBreaks_GoesOnWhereItStopped()
    {
        _fake.Handler = BreakOffAfter(100_000, times: 2);

        Assert.Equal(_blob, await ReadAsync(Quick));

        Assert.Equal([null, "bytes=100000-"], BlobRequests().Select(request => request.Range).Distinct().Take(2));
    }

    [Fact]
    public async Task Blob_WhenTheRegistryKnowsNoRanges_SkipsWhatIsHere()
    {
        var broken = BreakOffAfter(100_000, times: 1);
        _fake.Handler = async context =>
        {
            context.Request.Headers.Remove("Range");
            return await broken(context);
        };

        Assert.Equal(_blob, await ReadAsync(Quick));
    }

    [Fact]
    public async Task Blob_WhenItBreaksOffAgainAndAgain_IsUnavailable()
    {
        _fake.Handler = async context =>
        {
            context.Response.ContentLength = BlobBytes;
            await context.Response.StartAsync();
            context.Abort();
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ReadAsync(Quick));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Blob_OfAnotherLengthThanTheManifestSays_IsDataLoss(int difference)
    {
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(TestImage.DigestOf(_blob)), SizeBytes = _blob.Length + difference };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository(Quick).FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Blob_OfAnotherLengthWithoutSayingSo_IsDataLoss(int difference)
    {
        _fake.Handler = async context =>
        {
            if (!IsBlob(context))
            {
                return false;
            }

            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync(_blob);
            return true;
        };
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(TestImage.DigestOf(_blob)), SizeBytes = _blob.Length + difference };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository(Quick).FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
    }

    [Fact]
    public async Task Blob_WithOtherBytes_IsDataLoss()
    {
        var digest = TestImage.DigestOf("other"u8);
        _fake.ServeBlob("a", digest, _blob);
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(digest), SizeBytes = _blob.Length };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository(Quick).FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
    }

    [Theory]
    [InlineData(500, 2)]
    [InlineData(503, 2)]
    [InlineData(429, 2)]
    public async Task Request_WhenTheFailurePasses_IsTriedAgain(int status, int times)
    {
        var left = times;
        _fake.Handler = context =>
        {
            var fails = IsBlob(context) && left-- > 0;
            context.Response.StatusCode = fails ? status : 200;
            return Task.FromResult(fails);
        };

        Assert.Equal(_blob, await ReadAsync(Quick));
    }

    [Fact]
    public async Task Request_WhenTheRegistryWantsAnHoursPause_FailsAtOnceInItsWords()
    {
        _fake.Handler = async context =>
        {
            if (!IsBlob(context))
            {
                return false;
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            await context.Response.WriteAsync("""{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached\u001b[31m your limit"}]}""");
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ReadAsync(Quick));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains("TOOMANYREQUESTS: You have reached [31m your limit", failure.Message, StringComparison.Ordinal);
        Assert.Single(BlobRequests());
    }

    [Fact] // CVE-2020-1702
    public async Task Manifest_OverTheLimit_IsRefused()
    {
        var digest = TestImage.DigestOf("x"u8);
        _fake.Handler = async context =>
        {
            if (context.Request.Method != "GET" || IsBlob(context) || context.Request.Path == "/v2/")
            {
                return false;
            }

            context.Response.ContentType = MediaTypes.OciManifest;
            var spaces = new byte[64 * 1024];
            for (var sent = 0; sent < 200 << 20 && !context.RequestAborted.IsCancellationRequested; sent += spaces.Length)
            {
                await context.Response.Body.WriteAsync(spaces);
            }

            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository(Quick).FetchManifestAsync(Digest.Parse(digest), null, CancellationToken.None));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
    }

    [Theory]
    [InlineData(MediaTypes.DockerSchema1Signed, "schema 1")]
    [InlineData("text/html", "text/html")]
    public async Task Manifest_OfAnUnknownType_IsRefused(string mediaType, string words)
    {
        var bytes = Encoding.UTF8.GetBytes("{}");
        _fake.ServeManifest("a", "1", mediaType, bytes);

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => Repository(Quick).FetchManifestAsync(Digest.Parse(TestImage.DigestOf(bytes)), null, CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifest_WithOtherBytesThanItsDigest_IsDataLoss()
    {
        var image = new TestImage();
        var digest = TestImage.DigestOf("y"u8);
        _fake.Handler = async context =>
        {
            if (IsBlob(context) || context.Request.Path == "/v2/")
            {
                return false;
            }

            context.Response.ContentType = image.ManifestMediaType;
            await context.Response.Body.WriteAsync(image.ManifestBytes);
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Repository(Quick).FetchManifestAsync(Digest.Parse(digest), null, CancellationToken.None));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
    }

    [Fact]
    public async Task Resolve_WhenTheRegistryTellsNoDigest_ComputesIt()
    {
        var image = new TestImage();
        _fake.Handler = async context =>
        {
            if (context.Request.Path == "/v2/")
            {
                return false;
            }

            context.Response.ContentType = image.ManifestMediaType;
            if (context.Request.Method == "GET")
            {
                await context.Response.Body.WriteAsync(image.ManifestBytes);
            }

            return true;
        };

        var resolved = await Repository(Quick).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
    }

    [Fact]
    public async Task Tls_WithACertificateOfNobody_IsNoReasonToGoWithout()
    {
        await using var tls = await FakeRegistry.StartAsync(tls: true);

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"{tls.Host}/a:1"), null).ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Empty(tls.Requests);
    }

    private Func<HttpContext, Task<bool>> BreakOffAfter(int bytes, int times) => async context =>
    {
        if (!IsBlob(context) || times-- <= 0)
        {
            return false;
        }

        var from = (int)(context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0);
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentLength = _blob.Length - from;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = $"bytes {from}-{_blob.Length - 1}/{_blob.Length}";
        }

        await context.Response.Body.WriteAsync(_blob.AsMemory(from, from > 0 ? 0 : bytes));
        await context.Response.Body.FlushAsync();
        context.Abort();
        return true;
    };

    private static bool IsBlob(HttpContext context) => context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal);

    private List<FakeRequest> BlobRequests() => [.. _fake.Requests.Where(request => request.Path.Contains("/blobs/", StringComparison.Ordinal))];

    private RegistryRepository Repository(RegistryOptions options) =>
        new RegistryClient(options, TimeProvider.System).OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), null);

    private Task<byte[]> ReadAsync(RegistryOptions options) => Repository(options).FetchBlobAsync(
        new Descriptor { MediaType = "a", Digest = Digest.Parse(TestImage.DigestOf(_blob)), SizeBytes = _blob.Length }, 1 << 20, CancellationToken.None);
}
