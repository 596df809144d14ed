using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

/// <summary>
/// Removes an image with all its tags, over all registries, and frees the layers that no other image needs before it returns.
/// A layer that a pull under way counts on stays with that pull.
/// </summary>
/// <param name="userOf">Tells for an image's id which container uses it; null where none does.</param>
public sealed partial class RemoveImage(ImageStore images, FreeUnusedLayers freeUnused, Func<string, string?> userOf, ILogger<RemoveImage> logger)
{
    /// <summary>Idempotent: an image that is not here is removed already.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: a container uses the image.</exception>
    public async Task RunAsync(string name, CancellationToken cancellationToken)
    {
        if (await images.RemoveAsync(name, userOf, cancellationToken) is not { } image)
        {
            return;
        }

        // The caller may go, the layers must: they belong to nobody now.
        var freed = await freeUnused.RunAsync(image.Layers, image.Documents, CancellationToken.None);
        Removed(image.Id, string.Join(' ', image.RepoTags.Concat(image.RepoDigests)), freed);
    }

    [LoggerMessage(320, LogLevel.Information, "Image {Image} is removed ({Names}), {Freed} layers freed")]
    private partial void Removed(string image, string names, int freed);
}
