using CriSharp.Cri.V1;

namespace CriSharp.Ctl.Connection;

/// <summary>Finds images by what people type: a name, an id, or the beginning of one.</summary>
internal static class ImageLookup
{
    private const string Algorithm = "sha256:";

    /// <summary>The CRI calls an unknown image a success; somebody who mistyped a name wants to know.</summary>
    /// <exception cref="Primitives.RuntimeException">NotFound, or InvalidArgument when several match.</exception>
    public static async Task<string> FindIdAsync(CriConnection cri, string typed, CancellationToken cancellationToken) =>
        await TryFindIdAsync(cri, typed, cancellationToken) ?? throw IdLookup.NotFound("image", typed);

    /// <returns>Null when there is none.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument when several match.</exception>
    public static async Task<string?> TryFindIdAsync(CriConnection cri, string typed, CancellationToken cancellationToken)
    {
        var status = await cri.Images.ImageStatusAsync(
            new ImageStatusRequest { Image = new ImageSpec { Image = typed } },
            cri.Within(cancellationToken));
        if (status.Image is not null)
        {
            return status.Image.Id;
        }

        var all = await cri.Images.ListImagesAsync(new ListImagesRequest(), cri.Within(cancellationToken));
        return IdLookup.Choose("images", Whole(typed), all.Images, image => Whole(image.Id), _ => null, _ => false)?.Id;
    }

    // Runtimes give ids with the algorithm before the digits or without.
    private static string Whole(string id) => id.StartsWith(Algorithm, StringComparison.Ordinal) ? id : Algorithm + id;
}
