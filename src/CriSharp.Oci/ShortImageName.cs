using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Oci;

/// <summary>A name without a registry, such as "busybox" or "team/app:1". Which registry is meant is for the node's configuration to say.</summary>
public sealed record ShortImageName
{
    private static readonly string[] QualifiedBeginnings = ["docker.io/", "index.docker.io/"];

    private ShortImageName(string path, string suffix)
    {
        Path = path;
        Suffix = suffix;
    }

    /// <summary>"team/app".</summary>
    public string Path { get; }

    /// <summary>":1", "@sha256:...", both, or nothing.</summary>
    public string Suffix { get; }

    /// <returns>False for what names a registry, and for what is no image reference at all.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ShortImageName? name)
    {
        name = null;
        if (!ImageReference.TryParse(text, out var reference) || reference.Domain != ImageReference.DefaultDomain
            || QualifiedBeginnings.Any(beginning => text.StartsWith(beginning, StringComparison.Ordinal)))
        {
            return false;
        }

        var end = text.AsSpan().IndexOfAny(':', '@');
        name = end < 0 ? new ShortImageName(text, "") : new ShortImageName(text[..end], text[end..]);
        return true;
    }

    /// <param name="registry">"quay.io", "localhost:5000".</param>
    /// <exception cref="FormatException">Together they are too long.</exception>
    public ImageReference At(string registry) => ImageReference.Parse($"{registry}/{Path}{Suffix}");

    /// <param name="repository">"quay.io/team/app": what the path is an alias of.</param>
    /// <exception cref="FormatException">Together they are too long.</exception>
    public ImageReference As(string repository) => ImageReference.Parse($"{repository}{Suffix}");

    public override string ToString() => $"{Path}{Suffix}";
}
