using CriSharp.Oci;
using CriSharp.Signatures.Checks;

namespace CriSharp.Images.Trust;

/// <summary>A name that the policy accepted, and the signatures to keep with it.</summary>
internal sealed record TrustedName(PulledName Name, IReadOnlyList<(Digest Digest, byte[] Bytes)> Signatures)
{
    public static TrustedName Of(SignedSubject subject, IReadOnlyList<ImageSignature> found)
    {
        var documents = found.Select(signature => signature.Format()).Select(bytes => (Digest.Of(bytes), bytes)).DistinctBy(kept => kept.Item1).ToList();
        return new TrustedName(new PulledName(subject.Name, subject.Resolved, subject.Instance, [.. documents.Select(kept => kept.Item1)]), documents);
    }
}
