using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Oci;

/// <summary>
/// The full name of an image: registry host, repository path, and a tag, a digest or both. Always normalised: "busybox" is
/// docker.io/library/busybox:latest. Where both are given the digest decides and the tag is only kept for people to read.
/// https://github.com/distribution/reference/blob/main/reference.go
/// </summary>
public sealed record ImageReference
{
    public const string DefaultDomain = "docker.io";
    public const string DefaultTag = "latest";

    /// <summary>Longest host and path together, in characters.</summary>
    public const int NameLengthLimit = 255;
    public const int TagLengthLimit = 128;

    private const string OfficialNamespace = "library/";
    private const string LegacyDefaultDomain = "index.docker.io";

    // Longer than any valid reference: name, ':', tag, '@', sha512 digest.
    private const int TextLengthLimit = NameLengthLimit + TagLengthLimit + 200;

    private ImageReference(string domain, string path, string? tag, Digest? digest)
    {
        Domain = domain;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and optional port as people write them: "docker.io", "localhost:5000", "[::1]:5000".</summary>
    public string Domain { get; }

    /// <summary>Repository within the registry: "library/busybox".</summary>
    public string Path { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Domain and path: "docker.io/library/busybox".</summary>
    public string Repository => $"{Domain}/{Path}";

    /// <summary>The reference without a digest; null where it has no tag.</summary>
    public string? TagReference => Tag is null ? null : $"{Repository}:{Tag}";

    /// <summary>How this image is listed when it is known by that digest: "docker.io/library/busybox@sha256:...".</summary>
    public string DigestReference(Digest digest) => $"{Repository}@{digest}";

    /// <summary>The same repository by digest alone, without a tag.</summary>
    public ImageReference At(Digest digest) => new(Domain, Path, null, digest);

    /// <exception cref="FormatException">Not an image reference, or a 64-digit image id, which is never a name.</exception>
    public static ImageReference Parse(string text) =>
        Read(text, out var reference, out var why)
            ? reference
            : throw new FormatException($"\"{Shorten(text)}\" is not an image reference: {why}");

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference) =>
        Read(text, out reference, out _);

    /// <summary>Repository with tag, or with digest where there is one (the tag is left out then, as it plays no part).</summary>
    public override string ToString() => Digest is { } digest ? $"{Repository}@{digest}" : $"{Repository}:{Tag}";

    private static bool Read(string? text, [NotNullWhen(true)] out ImageReference? reference, out string why)
    {
        reference = null;
        why = "";
        if (string.IsNullOrEmpty(text))
        {
            why = "it is empty";
        }
        else if (text.Length > TextLengthLimit)
        {
            why = $"it has more than {TextLengthLimit} characters";
        }
        else if (text.Length == 64 && LowerHex.IsAll(text))
        {
            why = "64 hex digits are an image id, not a name";
        }

        if (why.Length > 0)
        {
            return false;
        }

        var rest = text!;
        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed))
            {
                why = "what follows @ is not a digest (want sha256:<64 hex> or sha512:<128 hex>)";
                return false;
            }

            digest = parsed;
            rest = rest[..at];
        }

        var (domain, remainder) = SplitDomain(rest);
        string? tag = null;
        if (remainder.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            tag = remainder[(colon + 1)..];
            remainder = remainder[..colon];
        }

        why = ImageReferenceGrammar.Fault(domain, remainder, tag) ?? "";
        if (why.Length > 0)
        {
            return false;
        }

        reference = new ImageReference(domain, remainder, tag ?? (digest is null ? DefaultTag : null), digest);
        return true;
    }

    /// <summary>The first component is a host if it looks like one: a dot, a port, "localhost", or a capital letter, which no path may have.</summary>
    private static (string Domain, string Remainder) SplitDomain(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var hasDomain = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.AsSpan().ContainsAnyInRange('A', 'Z'));
        var domain = hasDomain ? first : DefaultDomain;
        var remainder = hasDomain ? name[(slash + 1)..] : name;
        if (domain == LegacyDefaultDomain)
        {
            domain = DefaultDomain;
        }

        return domain == DefaultDomain && remainder.Length > 0 && !remainder.Contains('/', StringComparison.Ordinal)
            ? (domain, OfficialNamespace + remainder)
            : (domain, remainder);
    }

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 300 ? text : text[..300] + "...";
}
