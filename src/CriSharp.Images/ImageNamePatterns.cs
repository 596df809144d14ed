using CriSharp.Oci;

namespace CriSharp.Images;

/// <summary>
/// Patterns for the names of images, as crio.conf's pinned_images has them: "docker.io/library/busybox:1" is that name, "registry.k8s.io/*" what begins so,
/// "*pause*" what has it anywhere. Letter case does not count. Immutable.
/// </summary>
public sealed class ImageNamePatterns
{
    public const string Expected = "a name, the beginning of one with a * behind it, or a part of one between two *";

    private readonly IReadOnlyList<Predicate<string>> _fits;

    private ImageNamePatterns(IReadOnlyList<string> texts, IReadOnlyList<Predicate<string>> fits) => (Texts, _fits) = (texts, fits);

    public static ImageNamePatterns None { get; } = new([], []);

    /// <summary>As they were given.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <exception cref="FormatException">One of them is no pattern.</exception>
    public static ImageNamePatterns Parse(IReadOnlyList<string> texts) => texts.Count == 0 ? None : new(texts, [.. texts.Select(Parse)]);

    /// <summary>Whether one of the image's names fits one of the patterns.</summary>
    public bool Fit(ImageRecord image) => _fits.Count > 0 && (image.RepoTags.Any(FitsOne) || image.RepoDigests.Any(FitsOne));

    private bool FitsOne(string name) => _fits.Any(fits => fits(name));

    private static Predicate<string> Parse(string text)
    {
        var inner = text.Trim('*');
        if (text.Length == 0 || inner.Contains('*', StringComparison.Ordinal) || (text[0] == '*' && text[^1] != '*') || text.Contains("**", StringComparison.Ordinal))
        {
            throw new FormatException($"\"{text}\" is not {Expected}");
        }

        if (text[0] == '*')
        {
            return name => name.Contains(inner, StringComparison.OrdinalIgnoreCase);
        }

        if (text[^1] == '*')
        {
            return name => name.StartsWith(inner, StringComparison.OrdinalIgnoreCase);
        }

        // "busybox" is docker.io/library/busybox:latest, as everywhere.
        var full = ImageReference.TryParse(text, out var reference) ? reference.ToString() : text;
        return name => name.Equals(full, StringComparison.OrdinalIgnoreCase);
    }
}
