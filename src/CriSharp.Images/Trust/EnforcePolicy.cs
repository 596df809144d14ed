using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry;
using CriSharp.Registry.Credentials;
using CriSharp.Signatures.Checks;
using CriSharp.Signatures.Policies;
using CriSharp.Signatures.Sources;
using CriSharp.Storage.Content;

namespace CriSharp.Images.Trust;

/// <summary>
/// Holds images against the signature policy as it is at that moment: when they are pulled, before a layer is fetched, and again whenever something
/// is made of them, by the signatures that were kept. A policy that can't be read accepts nothing.
/// </summary>
/// <param name="sourcesFolder">registries.d; read at each pull that needs signatures.</param>
public sealed class EnforcePolicy(PolicyFiles policies, CheckSignatures check, RegistryClient registry, string sourcesFolder, ContentStore content)
{
    /// <summary>The kubelet shows this reason to the pod's owner when an error of the code Unknown begins with it.</summary>
    private const string FailedReason = "SignatureValidationFailed";

    private const int RefusalsTold = 3;

    // A payload grows by a third in base64.
    private const int KeptLimitBytes = 2 * ImageSignature.LimitBytes;

    private volatile TrustFiles _files = new(policies, sourcesFolder);

    /// <summary>Other files than at the start.</summary>
    public void Use(PolicyFiles policies, string sourcesFolder) => _files = new TrustFiles(policies, sourcesFolder);

    /// <summary>The policy's file for pods of a namespace; pulls under different ones are different pulls.</summary>
    internal string FileFor(string podNamespace) => _files.Policies.PathFor(podNamespace);

    /// <summary>Fails where no signature could make the image acceptable: nothing of it need be fetched.</summary>
    /// <exception cref="RuntimeException">Unknown, beginning with SignatureValidationFailed.</exception>
    internal void RefuseOutright(string file, ImageReference image)
    {
        if (DemandsOn(file, image).Refusal is { } refusal)
        {
            throw Failed(image.ToString(), refusal);
        }
    }

    /// <returns>The name with its signatures, to be kept with the image.</returns>
    /// <exception cref="RuntimeException">As above; or what fetching signatures came to.</exception>
    internal async Task<TrustedName> AtPullAsync(string file, SignedSubject subject, RepositoryCredentials credentials, CancellationToken cancellationToken)
    {
        var demands = DemandsOn(file, subject.Name);
        if (demands.AcceptAnything)
        {
            return TrustedName.Of(subject, []);
        }

        Operation.At("signatures");
        var found = await new FindSignatures(registry, SourcesFor(subject.Name), credentials).RunAsync(demands, subject, cancellationToken);
        return await check.RunAsync(demands, subject, found.All, found.Searched, cancellationToken) is { } refusal
            ? throw Failed(subject.Name.ToString(), refusal)
            : TrustedName.Of(subject, found.All);
    }

    /// <summary>Lets an archive be loaded that the policy accepts without a signature: it has none.</summary>
    /// <param name="transport">What policies call archives of its kind.</param>
    /// <exception cref="RuntimeException">Unknown, beginning with SignatureValidationFailed.</exception>
    internal void AtLoad(string transport)
    {
        const string what = "of an archive";
        var demands = Read(FileFor(""), what).ForArchive(transport);
        if (!demands.AcceptAnything)
        {
            throw Failed(what, demands.Refusal ?? $"the {demands.Scope} wants signatures, and archives have none: let it accept them without ({transport}), or pull the image");
        }
    }

    /// <summary>Lets an image be used that the policy, as it is now, accepts under a name with which it was pulled.</summary>
    /// <param name="podNamespace">Of the pod that wants it.</param>
    /// <exception cref="RuntimeException">Unknown, beginning with SignatureValidationFailed.</exception>
    public async Task AtUseAsync(ImageRecord image, string podNamespace, CancellationToken cancellationToken)
    {
        var file = _files.Policies.PathFor(podNamespace);
        var refusals = new List<string>();
        foreach (var name in NamesOf(image))
        {
            var demands = DemandsOn(file, name.Name);
            if (demands.AcceptAnything || await RefusalAsync(demands, name, cancellationToken) is not { } refusal)
            {
                return;
            }

            refusals.Add($"as {name.Name}: {refusal}");
        }

        if (refusals.Count == 0 && Read(file, image.Id).ForNameless.AcceptAnything)
        {
            return;
        }

        var untold = refusals.Count - RefusalsTold;
        throw Failed(image.Id, refusals.Count == 0
            ? "it has no name, so no scope of a policy can accept it: pull it, or give it a name"
            : $"{string.Join("; ", refusals.Take(RefusalsTold))}{(untold > 0 ? $"; and under {untold} more names" : "")}");
    }

    private Task<string?> RefusalAsync(Demands demands, PulledName name, CancellationToken cancellationToken)
    {
        var kept = name.Signatures.Select(TryRead).OfType<ImageSignature>().ToList();
        var searched = kept.Count == 0
            ? "no signature was kept when the image was pulled: pull it again"
            : $"{kept.Count} were kept when the image was pulled: pull it again if it has others by now";
        return check.RunAsync(demands, new SignedSubject(name.Name, name.Resolved, name.Instance), kept, searched, cancellationToken);
    }

    /// <summary>Of images that were pulled before names were kept, those that they have; no signature speaks for them.</summary>
    private static IEnumerable<PulledName> NamesOf(ImageRecord image) => image.PulledNames.Count > 0 || image.Documents.Count == 0
        ? image.PulledNames
        : image.RepoTags.Concat(image.RepoDigests).Select(name => ImageReference.TryParse(name, out var reference) ? reference : null).OfType<ImageReference>()
            .Select(reference => new PulledName(reference, reference.Digest ?? image.Documents[0], image.Documents[0], []));

    private ImageSignature? TryRead(Digest signature)
    {
        try
        {
            return content.TryRead(signature, KeptLimitBytes) is { } bytes && Digest.Of(bytes) == signature ? ImageSignature.Parse(bytes) : null;
        }
        catch (Exception damaged) when (damaged is FormatException or IOException)
        {
            return null;
        }
    }

    private Demands DemandsOn(string file, ImageReference image) => Read(file, image.ToString()).For(image);

    private SignaturePolicy Read(string file, string image)
    {
        try
        {
            return _files.Policies.Read(file);
        }
        catch (FormatException broken)
        {
            throw Failed(image, $"the signature policy can't be used, so nothing is accepted: {broken.Message}");
        }
    }

    private SignatureSources SourcesFor(ImageReference image)
    {
        try
        {
            return SignatureSources.Read(_files.SourcesFolder);
        }
        catch (FormatException broken)
        {
            throw Failed(image.ToString(), $"it can't be told where its signatures are: {broken.Message}");
        }
    }

    private static RuntimeException Failed(string image, string reason) => new(ErrorKind.Unknown, $"{FailedReason}: image {image}: {reason}");

    private sealed record TrustFiles(PolicyFiles Policies, string SourcesFolder);
}
