using System.Runtime.InteropServices;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Images.Pulling;

/// <summary>Which manifest of an index is for this machine.</summary>
internal sealed class PlatformChoice(string architecture, IReadOnlyList<string> variants)
{
    private const string Linux = "linux";

    /// <summary>This machine. Variants are in order of preference; an empty one stands for "the usual".</summary>
    public static PlatformChoice Host { get; } = new(ArchitectureName.Of(RuntimeInformation.OSArchitecture), RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => ["", "v1"],
        Architecture.Arm64 => ["v8", ""],
        Architecture.Arm => ["v7", "v6", "v5", ""],
        Architecture.Armv6 => ["v6", "v5", ""],
        _ => [""],
    });

    public override string ToString() => $"{Linux}/{architecture}";

    /// <summary>Attestations (platform unknown/unknown) are never chosen; an entry that names no platform only where nothing else fits.</summary>
    /// <exception cref="RuntimeException">NotFound: nothing for this machine.</exception>
    public ImageIndexEntry Choose(ImageIndex index, string what)
    {
        foreach (var variant in variants)
        {
            if (index.Manifests.FirstOrDefault(entry => entry.Platform is { } platform && IsOurs(platform) && platform.Variant == variant) is { } exact)
            {
                return exact;
            }
        }

        var nameless = index.Manifests.FirstOrDefault(entry => entry.Platform is null && IsKnown(entry.Manifest.MediaType));
        return nameless ?? throw new RuntimeException(
            ErrorKind.NotFound, $"{what} has no image for {this}; it has {(index.Manifests.Count == 0 ? "none at all" : Names(index))}");
    }

    /// <exception cref="RuntimeException">FailedPrecondition: an image for another kind of machine.</exception>
    public void Check(Platform platform, string what)
    {
        if (IsOther(platform))
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{what} is built for {platform}, and this machine is {this}: nothing in it could run here");
        }
    }

    /// <summary>Old tools left these empty: then only the kernel can tell.</summary>
    public bool IsOther(Platform platform) =>
        (platform.Os.Length > 0 && platform.Os != Linux) || (platform.Architecture.Length > 0 && platform.Architecture != architecture);

    private bool IsOurs(Platform platform) => platform.Os == Linux && platform.Architecture == architecture;

    private static bool IsKnown(string mediaType) => MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType);

    private static string Names(ImageIndex index)
    {
        const int Shown = 20;
        var names = index.Manifests.Select(entry => entry.Platform).OfType<Platform>().Where(platform => platform.Os != "unknown").Distinct().ToList();
        return string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? ", ..." : "");
    }
}
