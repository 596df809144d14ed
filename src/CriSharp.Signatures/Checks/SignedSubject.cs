using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Checks;

/// <summary>What must be signed. Who signs an index signs all that it names, so either digest will do.</summary>
/// <param name="Name">As it is pulled; a mirror doesn't change it.</param>
/// <param name="Resolved">The digest that the name stands for: an index's, where there is one.</param>
/// <param name="Instance">The digest of the manifest for this machine, found through the other one.</param>
public sealed record SignedSubject(ImageReference Name, Digest Resolved, Digest Instance)
{
    /// <summary>The two, or the one where they are the same.</summary>
    public IReadOnlyList<Digest> Digests => Resolved == Instance ? [Instance] : [Resolved, Instance];

    internal string? Refusal(SignedClaim claim, SignedIdentity identity)
    {
        if (!Digests.Contains(claim.Manifest))
        {
            return $"it is of the manifest {claim.Manifest}, not of {string.Join(" or ", Digests)}";
        }

        return identity.Matches(Name, claim.DockerReference)
            ? null
            : $"it names the image {Shorten(claim.DockerReference)}, and {identity.Wanted(Name)} is wanted";
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : $"{text[..300]}...";
}
