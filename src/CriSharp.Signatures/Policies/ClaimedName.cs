using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>The name that a signature claims for an image; unlike the name of an image to pull, one without a tag doesn't mean "latest".</summary>
internal sealed record ClaimedName(ImageReference Reference, bool IsNameOnly)
{
    public string Repository => Reference.Repository;

    /// <returns>Null: no name.</returns>
    public static ClaimedName? TryParse(string text)
    {
        if (!ImageReference.TryParse(text, out var reference))
        {
            return null;
        }

        var lastComponent = text[(text.LastIndexOf('/') + 1)..];
        return new ClaimedName(reference, !lastComponent.Contains(':', StringComparison.Ordinal));
    }

    /// <summary>Where an image has a digest its tag plays no part, so a claim of both never is the very same.</summary>
    public bool IsExactly(ImageReference other) =>
        !IsNameOnly && Reference.Repository == other.Repository && Reference.Digest == other.Digest
        && (other.Digest is null ? Reference.Tag == other.Tag : Reference.Tag is null);
}
