using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.TestSupport.Registries;

/// <summary>
/// A registry in the test's own process on 127.0.0.1, over HTTP, that answers as the test says: it serves what it was given, unless a handler
/// of the test took the request first. Remembers what it was asked.
/// </summary>
public sealed class FakeRegistry : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string MediaType)> _served = new();
    private readonly ConcurrentQueue<FakeRequest> _requests = new();

    private FakeRegistry(WebApplication application) => _application = application;

    /// <summary>"127.0.0.1:PORT".</summary>
    public string Host { get; private set; } = "";

    /// <summary>Sees each request first; true: it has answered.</summary>
    public Func<HttpContext, Task<bool>> Handler { get; set; } = _ => Task.FromResult(false);

    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    /// <param name="host">Another loopback address than 127.0.0.1 makes another host of it.</param>
    /// <param name="tls">Serve HTTPS with a certificate that nobody signed.</param>
    /// <param name="https">Serve HTTPS as this says.</param>
    public static async Task<FakeRegistry> StartAsync(string host = "127.0.0.1", bool tls = false, HttpsConnectionAdapterOptions? https = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(host), 0, listen =>
        {
            if (tls || https is not null)
            {
                listen.UseHttps(https ?? new HttpsConnectionAdapterOptions { ServerCertificate = SelfSigned(host) });
            }
        }));
        if (tls || https is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var application = builder.Build();
        var registry = new FakeRegistry(application);
        application.Run(registry.AnswerAsync);
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        registry.Host = new Uri(address).Authority;
        return registry;
    }

    /// <summary>Serves the image's blobs, and its manifest by tag and by digest.</summary>
    public string Serve(TestImage image, string name, string tag)
    {
        ServeManifest(name, tag, image.ManifestMediaType, image.ManifestBytes);
        ServeBlobs(image, name);
        return $"{Host}/{name}:{tag}";
    }

    public void ServeBlobs(TestImage image, string name)
    {
        ServeManifest(name, image.ManifestDigest, image.ManifestMediaType, image.ManifestBytes);
        foreach (var blob in image.Layers.Select(layer => layer.Blob).Append(image.ConfigBytes))
        {
            ServeBlob(name, TestImage.DigestOf(blob), blob);
        }
    }

    public void ServeManifest(string name, string reference, string mediaType, byte[] bytes)
    {
        _served[$"/v2/{name}/manifests/{reference}"] = (bytes, mediaType);
        _served[$"/v2/{name}/manifests/{TestImage.DigestOf(bytes)}"] = (bytes, mediaType);
    }

    /// <param name="digest">The one under which the bytes are served, be it theirs or not.</param>
    public void ServeBlob(string name, string digest, byte[] bytes) => _served[$"/v2/{name}/blobs/{digest}"] = (bytes, "application/octet-stream");

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        _requests.Enqueue(new FakeRequest(request.Method, request.Path.Value ?? "", request.QueryString.Value ?? "", request.Headers.Authorization, request.Headers.Range));
        if (await Handler(context))
        {
            return;
        }

        if (!_served.TryGetValue(request.Path.Value ?? "", out var found))
        {
            context.Response.StatusCode = request.Path == "/v2/" ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = found.MediaType;
        context.Response.Headers["Docker-Content-Digest"] = TestImage.DigestOf(found.Bytes);
        context.Response.ContentLength = found.Bytes.Length;
        if (request.Method == "GET")
        {
            await SendRestAsync(context, found.Bytes);
        }
    }

    private static async Task SendRestAsync(HttpContext context, byte[] bytes)
    {
        var from = context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0;
        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
            context.Response.ContentLength = bytes.Length - from;
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory((int)from));
    }

    private static X509Certificate2 SelfSigned(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fake", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(host));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

/// <summary>What the fake registry was asked.</summary>
public sealed record FakeRequest(string Method, string Path, string Query, string? Authorization, string? Range);
