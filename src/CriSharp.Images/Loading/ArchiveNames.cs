using CriSharp.Oci;

namespace CriSharp.Images.Loading;

/// <summary>Names that an archive gives its images: whoever wrote it read them as docker does, whatever registries.conf says here.</summary>
internal static class ArchiveNames
{
    private const int Limit = 1000;

    /// <exception cref="FormatException">One is no name by tag, or they are too many.</exception>
    public static IReadOnlyList<ImageReference> Parse(IReadOnlyCollection<string?> names)
    {
        if (names.Count > Limit)
        {
            throw new FormatException($"it gives an image {names.Count} names, and {Limit} is the limit");
        }

        return [.. names.Select(Parse).Distinct()];
    }

    private static ImageReference Parse(string? name)
    {
        var reference = ImageReference.Parse(name ?? "");
        return reference.Digest is null ? reference : throw new FormatException($"it names an image {reference}: a name by digest is a registry's to give");
    }
}
