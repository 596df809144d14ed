namespace CriSharp.Specs;

/// <summary>What of an image a container gets as a volume.</summary>
/// <param name="Image">As the mount names it.</param>
/// <param name="SubPath">A folder in the image; "" is all of it.</param>
public sealed record ImageVolume(string Image, string SubPath)
{
    /// <returns>Null for a mount of something else.</returns>
    public static ImageVolume? Of(Cri.V1.Mount mount) => mount.Image is { Image.Length: > 0 } image ? new ImageVolume(image.Image, mount.ImageSubPath) : null;
}
