using CriSharp.Oci;

namespace CriSharp.Images.Checking;

/// <summary>A manifest in the content store, of which no media type is kept beside it.</summary>
internal static class KeptManifest
{
    private static readonly string[] Types = [MediaTypes.OciManifest, MediaTypes.DockerManifest];

    /// <exception cref="FormatException">It is none.</exception>
    public static ImageManifest Parse(Digest digest, ReadOnlySpan<byte> json)
    {
        FormatException? wrong = null;
        foreach (var mediaType in Types)
        {
            try
            {
                return ImageManifest.Parse(json, mediaType);
            }
            catch (FormatException malformed)
            {
                wrong ??= malformed;
            }
        }

        throw new FormatException($"its manifest {digest} can't be read: {wrong!.Message}");
    }
}
