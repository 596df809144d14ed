using System.Collections.Concurrent;
using System.Net;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Blobs;
using CriSharp.Registry.Manifests;
using CriSharp.Registry.Transport;

namespace CriSharp.Registry;

/// <summary>
/// One repository as one caller sees it, with his credentials. Asked at its endpoints in order: the next one is asked where an earlier one
/// doesn't have it or doesn't answer, and a mirror that didn't answer once is not asked again, unless the registry doesn't answer either.
/// </summary>
public sealed class RegistryRepository
{
    private static readonly string[] ManifestTypes = [MediaTypes.OciIndex, MediaTypes.DockerManifestList, MediaTypes.OciManifest, MediaTypes.DockerManifest];

    private readonly ImageReference _reference;
    private readonly IReadOnlyList<EndpointConnection> _endpoints;
    private readonly RegistryOptions _options;

    // With what they said: each would cost every request of a pull as much again.
    private readonly ConcurrentDictionary<EndpointConnection, RuntimeException> _silentMirrors = new();
    private readonly EndpointConnection _registry;
    private readonly EndpointConnection _registryInTurn;
    private readonly TimeProvider _time;

    internal RegistryRepository(ImageReference reference, IReadOnlyList<EndpointConnection> endpoints, RegistryOptions options, TimeProvider time)
    {
        _reference = reference;
        _endpoints = endpoints;
        _registry = endpoints[^1];
        _registryInTurn = _registry.WithOneConnect();
        _options = options;
        _time = time;
    }

    /// <summary>"HOST" or "HOST:PORT", as the image's name tells it, whoever answers in its place.</summary>
    public string Registry => _reference.Domain;

    /// <summary>Asks the registry, every time: that is also how a caller's credentials are checked.</summary>
    /// <exception cref="RuntimeException">NotFound, Unauthenticated, PermissionDenied, Unavailable, DeadlineExceeded, DataLoss.</exception>
    public Task<ResolvedManifest> ResolveAsync(CancellationToken cancellationToken) =>
        InOrderAsync(endpoint => ResolveAsync(endpoint, cancellationToken), cancellationToken);

    /// <param name="announced">What an index says of it; null for what a name resolved to.</param>
    /// <exception cref="RuntimeException">As above; FailedPrecondition: a media type that we don't understand.</exception>
    public Task<ManifestDocument> FetchManifestAsync(Digest digest, Descriptor? announced, CancellationToken cancellationToken) =>
        InOrderAsync(endpoint => FetchManifestAsync(endpoint, digest.ToString(), digest, announced, cancellationToken), cancellationToken);

    /// <summary>A small blob, verified.</summary>
    /// <exception cref="RuntimeException">As above; DataLoss: other bytes than the descriptor says; ResourceExhausted: over the limit.</exception>
    public async Task<byte[]> FetchBlobAsync(Descriptor blob, int limitBytes, CancellationToken cancellationToken)
    {
        var what = BlobWords(blob);
        if (blob.SizeBytes > limitBytes)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"{what} has {blob.SizeBytes} bytes, and {limitBytes} is the limit");
        }

        await using var stream = OpenBlob(blob, _options.ForSmallBlobs);
        var bytes = new byte[blob.SizeBytes];
        await stream.ReadExactlyAsync(bytes, cancellationToken);

        // The end has to come too: a longer blob is another one.
        _ = await stream.ReadAsync(new byte[1], cancellationToken);
        var actual = Digest.Of(bytes, blob.Digest.Algorithm);
        return actual == blob.Digest
            ? bytes
            : throw new RuntimeException(ErrorKind.DataLoss, $"{what}: the bytes that came have digest {actual}");
    }

    /// <summary>
    /// A blob of any size as a stream of exactly as many bytes as the descriptor says; its digest is not verified here.
    /// The registry is asked at the first read, which throws what the methods above do.
    /// </summary>
    public Stream OpenBlob(Descriptor blob) => OpenBlob(blob, _options);

    private BlobStream OpenBlob(Descriptor blob, RegistryOptions options)
    {
        var what = BlobWords(blob);
        EndpointConnection? asked = null;
        return new BlobStream(blob.SizeBytes, what, OpenAsync, IsPassedOn, options with { Attempts = options.Attempts + _endpoints.Count - 1 }, _time);

        Task<HttpResponseMessage> OpenAsync(long fromByte, CancellationToken cancellationToken)
        {
            var call = new RegistryCall { Method = HttpMethod.Get, Path = $"blobs/{blob.Digest}", What = what, FromByte = fromByte };
            return InOrderAsync(
                endpoint =>
                {
                    asked = endpoint;
                    return endpoint.SendAsync(call, cancellationToken);
                },
                cancellationToken);
        }

        bool IsPassedOn(Exception broken)
        {
            if (asked is not { Endpoint.IsMirror: true } mirror)
            {
                return false;
            }

            _silentMirrors[mirror] = broken as RuntimeException ?? RegistryFailure.Unreachable(what, mirror.Endpoint.Host, broken);
            return true;
        }
    }

    private async Task<ResolvedManifest> ResolveAsync(EndpointConnection endpoint, CancellationToken cancellationToken)
    {
        var name = _reference.Digest?.ToString() ?? _reference.Tag!;
        using var response = await endpoint.SendAsync(ManifestCall(HttpMethod.Head, name), cancellationToken);
        if (response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest)
            && (_reference.Digest is null || _reference.Digest.Value.Algorithm == digest.Algorithm))
        {
            return _reference.Digest is null || _reference.Digest == digest
                ? new ResolvedManifest(digest, response.Content.Headers.ContentType?.MediaType)
                : throw new RuntimeException(ErrorKind.DataLoss, $"{ManifestWords(name)}: {endpoint.Endpoint.Host} answers with another digest, {digest}");
        }

        if (_reference.Digest is { } wanted)
        {
            return new ResolvedManifest(wanted, response.Content.Headers.ContentType?.MediaType);
        }

        // A registry that doesn't tell the digest: the bytes do.
        var document = await FetchManifestAsync(endpoint, name, null, null, cancellationToken);
        return new ResolvedManifest(document.Digest, document.MediaType);
    }

    private async Task<ManifestDocument> FetchManifestAsync(
        EndpointConnection endpoint, string name, Digest? digest, Descriptor? announced, CancellationToken cancellationToken)
    {
        var what = ManifestWords(name);
        using var response = await endpoint.SendAsync(ManifestCall(HttpMethod.Get, name), cancellationToken);
        var mediaType = MediaTypeOf(response, what);
        if (announced is not null && announced.MediaType != mediaType)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"{what}: the index announces {announced.MediaType}, the registry says {mediaType}");
        }

        var content = await ReadBodyAsync(response, what, cancellationToken);
        if (announced is not null && announced.SizeBytes != content.Length)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"{what} has {content.Length} bytes, and the index says {announced.SizeBytes}");
        }

        var actual = Digest.Of(content, digest?.Algorithm ?? Digest.Sha256);
        return digest is null || digest == actual
            ? new ManifestDocument(actual, mediaType, content)
            : throw new RuntimeException(ErrorKind.DataLoss, $"{what}: the bytes that came from {endpoint.Endpoint.Host} have digest {actual}");
    }

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await LimitedBody.ReadAsync(response.Content, ImageManifest.LimitBytes, _options.SmallBodyTimeLimit, _time, cancellationToken)
                ?? throw new RuntimeException(ErrorKind.ResourceExhausted, $"{what} is longer than {ImageManifest.LimitBytes} bytes");
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or TimeoutException)
        {
            throw RegistryFailure.Unreachable(what, RegistryFailure.HostOf(response), broken);
        }
    }

    private static string MediaTypeOf(HttpResponseMessage response, string what)
    {
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        if (MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType))
        {
            return mediaType;
        }

        var why = mediaType is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed
            ? "is of Docker's schema 1, which is not supported: push the image again with a tool of this decade"
            : $"has media type \"{mediaType}\"; only OCI's and Docker's schema 2 images are understood";
        throw new RuntimeException(ErrorKind.FailedPrecondition, $"{what} {why}");
    }

    private async Task<T> InOrderAsync<T>(Func<EndpointConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            var failures = new List<RuntimeException>();
            foreach (var mirror in _endpoints.SkipLast(1))
            {
                if (_silentMirrors.TryGetValue(mirror, out var earlier))
                {
                    failures.Add(earlier);
                    continue;
                }

                try
                {
                    return await ask(mirror);
                }
                catch (RuntimeException failure)
                {
                    failures.Add(failure);
                    if (MayPass(failure))
                    {
                        _silentMirrors[mirror] = failure;
                    }
                }
            }

            // The registry itself is the last one, and its answer decides.
            var isWorthARound = failures.Exists(MayPass);
            try
            {
                return await ask(isWorthARound ? _registryInTurn : _registry);
            }
            catch (RuntimeException failure) when (failures.Count > 0)
            {
                if (!isWorthARound || round >= _options.Attempts || !RegistryFailure.IsNoAnswer(failure))
                {
                    var mirrorsSaid = string.Join("; ", failures.Select(earlier => earlier.Message));
                    throw new RuntimeException(failure.Kind, $"{failure.Message}; its mirrors were asked before: {mirrorsSaid}", failure);
                }
            }

            // Out of reach from here, perhaps for ever: its mirrors are all there is, and get as many attempts as it would.
            ForgetWhatMayPass();
            await Task.Delay(_options.RetryDelay * (1 << Math.Min(round - 1, 10)), _time, cancellationToken);
        }
    }

    private void ForgetWhatMayPass()
    {
        foreach (var silent in _silentMirrors.Where(silent => MayPass(silent.Value)))
        {
            _silentMirrors.TryRemove(silent);
        }
    }

    private static bool MayPass(RuntimeException failure) => failure.Kind is ErrorKind.Unavailable or ErrorKind.DeadlineExceeded;

    private RegistryCall ManifestCall(HttpMethod method, string name) =>
        new() { Method = method, Path = $"manifests/{name}", What = ManifestWords(name), Accept = ManifestTypes };

    private string ManifestWords(string name) => $"manifest {name} of {_reference.Repository}";

    private string BlobWords(Descriptor blob) => $"blob {blob.Digest} of {_reference.Repository}";
}
