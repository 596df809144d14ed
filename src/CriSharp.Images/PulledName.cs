using CriSharp.Oci;

namespace CriSharp.Images;

/// <summary>A name under which an image was pulled, and what spoke for it then: enough to ask again, without the registry, whether it may be used.</summary>
/// <param name="Name">By tag, or by digest where the caller gave one.</param>
/// <param name="Resolved">What the name stood for: an index, where there was one.</param>
/// <param name="Instance">The manifest for this machine.</param>
/// <param name="Signatures">Documents in the content store; empty where none was asked for.</param>
public sealed record PulledName(ImageReference Name, Digest Resolved, Digest Instance, IReadOnlyList<Digest> Signatures)
{
    /// <summary>Beyond those of the last pull no more than so many are kept.</summary>
    private const int MostSignatures = 64;

    /// <summary>
    /// This pull of the name, with the signatures that earlier ones found of the same image: it looked only for what its own policy wants, and pods of another
    /// namespace may be held against another one.
    /// </summary>
    internal PulledName With(IReadOnlyList<PulledName> earlier)
    {
        var kept = earlier.Where(pull => pull.Name == Name && pull.Resolved == Resolved && pull.Instance == Instance).SelectMany(pull => pull.Signatures);
        return this with { Signatures = [.. Signatures.Union(kept).Take(Math.Max(Signatures.Count, MostSignatures))] };
    }
}
