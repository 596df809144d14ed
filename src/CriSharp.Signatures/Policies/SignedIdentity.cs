using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>Which name a signature must claim for an image. containers-policy.json(5), signedIdentity</summary>
public abstract record SignedIdentity
{
    /// <summary>For an image by tag the very name, for one by digest any of its repository.</summary>
    public static readonly SignedIdentity Usual = new MatchRepoDigestOrExact();

    /// <summary>The claim that would fit, in words.</summary>
    public abstract string Wanted(ImageReference image);

    /// <param name="image">As it is pulled.</param>
    /// <param name="claim">As the signature has it.</param>
    public bool Matches(ImageReference image, string claim) => ClaimedName.TryParse(claim) is { } name && Matches(image, name);

    internal abstract bool Matches(ImageReference image, ClaimedName claim);

    internal static bool IsUsual(ImageReference image, ClaimedName claim) =>
        !claim.IsNameOnly && (image.Digest is null ? claim.IsExactly(image) : claim.Repository == image.Repository);

    internal static string UsualWords(ImageReference image) => image.Digest is null ? image.ToString() : $"{image.Repository} with a tag or a digest";

    public sealed record MatchRepoDigestOrExact : SignedIdentity
    {
        public override string Wanted(ImageReference image) => UsualWords(image);

        internal override bool Matches(ImageReference image, ClaimedName claim) => IsUsual(image, claim);
    }

    public sealed record MatchExact : SignedIdentity
    {
        public override string Wanted(ImageReference image) => image.ToString();

        internal override bool Matches(ImageReference image, ClaimedName claim) => claim.IsExactly(image);
    }

    public sealed record MatchRepository : SignedIdentity
    {
        public override string Wanted(ImageReference image) => image.Repository;

        internal override bool Matches(ImageReference image, ClaimedName claim) => claim.Repository == image.Repository;
    }

    public sealed record ExactReference(ImageReference Reference) : SignedIdentity
    {
        public override string Wanted(ImageReference image) => Reference.ToString();

        internal override bool Matches(ImageReference image, ClaimedName claim) => claim.IsExactly(Reference);
    }

    /// <param name="Repository">Expanded: "docker.io/library/busybox".</param>
    public sealed record ExactRepository(string Repository) : SignedIdentity
    {
        public override string Wanted(ImageReference image) => Repository;

        internal override bool Matches(ImageReference image, ClaimedName claim) => claim.Repository == Repository;
    }

    /// <summary>As usual, for the name that comes out when the prefix is replaced: whole components of a path, or a host.</summary>
    public sealed record RemapIdentity(string Prefix, string SignedPrefix) : SignedIdentity
    {
        public override string Wanted(ImageReference image) => Remap(image) is { } remapped ? UsualWords(remapped) : $"nothing: {image} has no name under {SignedPrefix}";

        internal override bool Matches(ImageReference image, ClaimedName claim) => Remap(image) is { } remapped && IsUsual(remapped, claim);

        private ImageReference? Remap(ImageReference image)
        {
            var name = image.Repository;
            if (name != Prefix && !name.StartsWith($"{Prefix}/", StringComparison.Ordinal))
            {
                return image;
            }

            return ImageReference.TryParse(SignedPrefix + image.ToString()[Prefix.Length..], out var remapped) ? remapped : null;
        }
    }
}
