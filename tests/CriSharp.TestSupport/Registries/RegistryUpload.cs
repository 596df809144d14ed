using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CriSharp.TestSupport.Registries;

/// <summary>Pushes by the distribution API itself: what goes up is exactly what the test made.</summary>
public sealed class RegistryUpload : IDisposable
{
    private readonly HttpClient _client;

    internal RegistryUpload(Uri registry, string? login, X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // The test's own registry on loopback.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        _client = new HttpClient(handler) { BaseAddress = registry };
        if (login is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }
    }

    /// <summary>Blobs and manifest.</summary>
    /// <param name="reference">A tag or a digest.</param>
    public async Task PushAsync(TestImage image, string name, string reference)
    {
        foreach (var blob in image.Layers.Select(layer => layer.Blob).Append(image.ConfigBytes))
        {
            await PushBlobAsync(name, blob);
        }

        await PushManifestAsync(name, reference, image.ManifestMediaType, image.ManifestBytes);
    }

    public async Task PushBlobAsync(string name, byte[] blob)
    {
        using var started = await _client.PostAsync(new Uri($"v2/{name}/blobs/uploads/", UriKind.Relative), null);
        started.EnsureSuccessStatusCode();
        var location = started.Headers.Location!.ToString();
        var target = $"{location}{(location.Contains('?') ? '&' : '?')}digest={TestImage.DigestOf(blob)}";
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var done = await _client.PutAsync(new Uri(target, UriKind.RelativeOrAbsolute), content);
        await EnsureCreatedAsync(done);
    }

    public async Task PushManifestAsync(string name, string reference, string mediaType, byte[] manifest)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var done = await _client.PutAsync(new Uri($"v2/{name}/manifests/{reference}", UriKind.Relative), content);
        await EnsureCreatedAsync(done);
    }

    public void Dispose() => _client.Dispose();

    internal async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri("v2/", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task EnsureCreatedAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"push: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }
}
