using System.Collections.Concurrent;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Where a registry leads to, and what goes along.</summary>
public sealed partial class RegistryLoginTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redirect_ToAnotherHost_GetsNoCredentials(bool storageAsksForThem)
    {
        await using var storage = await FakeRegistry.StartAsync("127.0.0.2");
        storage.ServeBlobs(_image, "a");
        storage.Handler = context =>
        {
            if (storageAsksForThem)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"give\"";
            }

            return Task.FromResult(storageAsksForThem);
        };
        _fake.Handler = context =>
        {
            if (context.Request.Headers.Authorization != AliceBasic)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
                return Task.FromResult(context.Request.Path != "/v2/");
            }

            context.Response.Redirect($"http://{storage.Host}{context.Request.Path}");
            return Task.FromResult(true);
        };
        var layer = _image.Layers[0];
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(layer.Digest), SizeBytes = layer.Blob.Length };
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), Alice);

        var fetch = repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None);

        if (storageAsksForThem)
        {
            Assert.Equal(ErrorKind.Unauthenticated, (await Assert.ThrowsAsync<RuntimeException>(() => fetch)).Kind);
        }
        else
        {
            Assert.Equal(layer.Blob, await fetch);
        }

        Assert.NotEmpty(storage.Requests);
        Assert.DoesNotContain(storage.Requests, request => request.Authorization is not null);
    }

    /// <summary>Some registries are a front only, whose manifests lie at other hosts, too.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Redirect_OfAManifest_IsFollowedWithoutCredentials(bool byDigest, bool storageWantsAToken)
    {
        await using var storage = await FakeRegistry.StartAsync("127.0.0.2");
        storage.Serve(_image, "there", "1");
        var accepted = new ConcurrentQueue<string>();
        storage.Handler = async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync($$"""{"token":"{{Token}}"}""");
                return true;
            }

            accepted.Enqueue($"{context.Request.Method} {context.Request.Headers.Accept}");
            return storageWantsAToken && Challenge(context, $"http://{storage.Host}/token", Token);
        };
        _fake.Handler = context =>
        {
            if (context.Request.Path == "/v2/")
            {
                return Task.FromResult(false);
            }

            if (context.Request.Headers.Authorization != AliceBasic)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
                return Task.FromResult(true);
            }

            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://{storage.Host}{context.Request.Path.Value!.Replace("/a/", "/there/", StringComparison.Ordinal)}";
            return Task.FromResult(true);
        };
        var digest = Digest.Parse(_image.ManifestDigest);
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(
            ImageReference.Parse(byDigest ? $"{_fake.Host}/a@{digest}" : $"{_fake.Host}/a:1"), Alice);

        Assert.Equal(digest, (await repository.ResolveAsync(CancellationToken.None)).Digest);
        Assert.Equal(_image.ManifestBytes, (await repository.FetchManifestAsync(digest, null, CancellationToken.None)).Content);

        Assert.All(storage.Requests, request => Assert.True(request.Authorization is null or $"Bearer {Token}", request.Authorization));
        Assert.Equal(storageWantsAToken, storage.Requests.Any(request => request.Authorization is not null));
        Assert.Equal(["HEAD", "GET"], accepted.Select(asked => asked.Split(' ')[0]).Distinct());
        Assert.All(accepted, asked => Assert.Contains(MediaTypes.OciManifest, asked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://169.254.169.254/secret")]
    [InlineData("file:///etc/shadow")]
    public async Task Redirect_ToWhereNoRegistryIs_IsRefused(string location)
    {
        _fake.Handler = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = location;
            return Task.FromResult(context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal));
        };
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(_image.Layers[0].Digest), SizeBytes = 1 };
        var options = Quick with { Attempts = 1, ResponseTimeLimit = TimeSpan.FromSeconds(2), ConnectTimeLimit = TimeSpan.FromSeconds(1) };
        var repository = new RegistryClient(options, TimeProvider.System).OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), null);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.PermissionDenied, failure.Kind);
        Assert.Contains("not safe to follow", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redirect_ToAHostThatFails_IsToldByThatHostsName(bool hasUnknownCertificate)
    {
        await using var storage = await FakeRegistry.StartAsync("127.0.0.2", tls: true);
        var host = hasUnknownCertificate ? storage.Host : "127.0.0.2:1";
        _fake.Handler = context =>
        {
            context.Response.Redirect($"https://{host}/blob");
            return Task.FromResult(context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal));
        };
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(_image.Layers[0].Digest), SizeBytes = 1 };
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), null);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains($"no connection to {host}: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(hasUnknownCertificate, failure.Message.Contains($"certs.d/{host}/ca.crt", StringComparison.Ordinal));
    }

    /// <summary>Addresses have no capitals, and names of images may.</summary>
    [Fact]
    public async Task Redirect_ToTheRegistryItself_GetsItsCredentials()
    {
        var port = _fake.Host.Split(':')[1];
        _fake.Serve(_image, "b", "1");
        _fake.Handler = context =>
        {
            if (context.Request.Path == "/v2/" || (context.Request.Path.StartsWithSegments("/v2/b") && context.Request.Headers.Authorization == AliceBasic))
            {
                return Task.FromResult(false);
            }

            if (context.Request.Headers.Authorization == AliceBasic)
            {
                context.Response.Redirect($"http://localhost:{port}/v2/b/manifests/1");
                return Task.FromResult(true);
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
            return Task.FromResult(true);
        };
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"LocalHost:{port}/a:1"), Alice);

        Assert.Equal(_image.ManifestDigest, (await repository.ResolveAsync(CancellationToken.None)).Digest.ToString());
        Assert.Contains(_fake.Requests, request => request.Path == "/v2/b/manifests/1" && request.Authorization == AliceBasic);
    }

    [Fact]
    public async Task Redirect_ThatNeverEnds_IsRefused()
    {
        _fake.Handler = context =>
        {
            context.Response.Redirect(context.Request.Path.Value!);
            return Task.FromResult(context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal));
        };
        var blob = new Descriptor { MediaType = "a", Digest = Digest.Parse(_image.Layers[0].Digest), SizeBytes = 1 };
        var repository = new RegistryClient(Quick, TimeProvider.System).OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), null);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => repository.FetchBlobAsync(blob, 1 << 20, CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
    }
}
