using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry;
using CriSharp.Registry.Credentials;
using CriSharp.Signatures;
using CriSharp.Signatures.Checks;
using CriSharp.Signatures.Policies;
using CriSharp.Signatures.Sources;

namespace CriSharp.Images.Trust;

/// <summary>Fetches the signatures of an image that a policy may want: of its index as of its manifest, OpenPGP ones from a lookaside store, sigstore's from its repository.</summary>
internal sealed class FindSignatures(RegistryClient registry, SignatureSources sources, RepositoryCredentials credentials)
{
    private readonly List<ImageSignature> _found = [];
    private readonly List<string> _searched = [];
    private int _bytes;

    /// <exception cref="RuntimeException">As of fetching a manifest; also ResourceExhausted: more than <see cref="ImageSignature.LimitBytes"/> together.</exception>
    public async Task<FoundSignatures> RunAsync(Demands demands, SignedSubject subject, CancellationToken cancellationToken)
    {
        foreach (var manifest in subject.Digests)
        {
            if (demands.WantsOpenPgp)
            {
                await LookasideAsync(subject.Name, manifest, cancellationToken);
            }

            if (demands.WantsSigstore)
            {
                await AttachedAsync(subject.Name, manifest, cancellationToken);
            }
        }

        return new FoundSignatures(_found, $"looked for at {string.Join(", ", _searched)}");
    }

    private async Task LookasideAsync(ImageReference image, Digest manifest, CancellationToken cancellationToken)
    {
        var store = sources.LookasideOf(image);
        _searched.Add(LookasideAddress.Of(store, image, manifest, 1).AbsoluteUri);
        for (var number = 1; number <= LookasideAddress.CountLimit; number++)
        {
            var address = LookasideAddress.Of(store, image, manifest, number);
            if (await TryReadAsync(address, cancellationToken) is not { } bytes)
            {
                return;
            }

            Count(bytes.Length);

            // A binary OpenPGP message begins so; what else may lie there is of a kind that nobody asks for.
            if (bytes is [>= 0x80, ..])
            {
                _found.Add(new ImageSignature.OpenPgp(address.AbsoluteUri, bytes));
            }
        }
    }

    private async Task<byte[]?> TryReadAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!address.IsFile)
        {
            return await registry.TryFetchFileAsync(address, ImageSignature.LimitBytes, cancellationToken);
        }

        try
        {
            return SmallFile.TryRead(address.LocalPath, ImageSignature.LimitBytes);
        }
        catch (FormatException unreadable)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, unreadable.Message, unreadable);
        }
    }

    private async Task AttachedAsync(ImageReference image, Digest manifest, CancellationToken cancellationToken)
    {
        if (AttachedSignatures.ReferenceOf(image, manifest) is not { } tag)
        {
            return;
        }

        if (sources.UsesAttachments(image) == false)
        {
            _searched.Add($"nowhere, since use-sigstore-attachments is false for {image.Repository}");
            return;
        }

        _searched.Add(tag.ToString());
        var repository = registry.OpenRepositoryAs(tag, credentials);
        if (await TryResolveAsync(repository, cancellationToken) is not { } digest)
        {
            return;
        }

        var document = await repository.FetchManifestAsync(digest, null, cancellationToken);
        Count(document.Content.Length);
        foreach (var (payload, signature) in Parsed(tag, () => AttachedSignatures.Read(document.Content, document.MediaType)))
        {
            Count(payload.SizeBytes);
            var bytes = await repository.FetchBlobAsync(payload, ImageSignature.LimitBytes, cancellationToken);
            _found.Add(new ImageSignature.Sigstore($"{tag}, {payload.Digest}", bytes, signature));
        }
    }

    private static async Task<Digest?> TryResolveAsync(RegistryRepository repository, CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.ResolveAsync(cancellationToken)).Digest;
        }
        catch (RuntimeException absent) when (absent.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static T Parsed<T>(ImageReference tag, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException malformed)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the signatures at {tag}: {malformed.Message}", malformed);
        }
    }

    private void Count(long bytes)
    {
        _bytes = (int)Math.Min(_bytes + bytes, int.MaxValue);
        if (_bytes > ImageSignature.LimitBytes)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"the image's signatures have more than {ImageSignature.LimitBytes} bytes (at {_searched[^1]})");
        }
    }
}

/// <param name="Searched">Where they were looked for, in words.</param>
internal sealed record FoundSignatures(IReadOnlyList<ImageSignature> All, string Searched);
