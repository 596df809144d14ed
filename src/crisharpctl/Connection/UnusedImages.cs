using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Ctl.Connection;

/// <summary>The images that nothing keeps: no container is made of them, none has them as a volume, and they are not pinned.</summary>
internal static class UnusedImages
{
    /// <returns>The largest first.</returns>
    public static async Task<IReadOnlyList<Image>> FindAsync(CriConnection cri, CancellationToken cancellationToken)
    {
        // Images first: one that is pulled for a container meanwhile is not among them.
        var images = (await cri.Images.ListImagesAsync(new ListImagesRequest(), cri.Within(cancellationToken))).Images;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in await cri.ListContainersAsync(cancellationToken))
        {
            used.UnionWith([container.ImageId, container.ImageRef, container.Image?.Image ?? ""]);
            used.UnionWith(await VolumesAsync(cri, container.Id, cancellationToken));
        }

        return [.. images.Where(image => !image.Pinned && !NamesOf(image).Any(used.Contains)).OrderByDescending(image => image.Size)];
    }

    private static IEnumerable<string> NamesOf(Image image) => [image.Id, .. image.RepoTags, .. image.RepoDigests];

    private static async Task<IEnumerable<string>> VolumesAsync(CriConnection cri, string container, CancellationToken cancellationToken)
    {
        try
        {
            var status = await cri.ContainerStatusAsync(container, cancellationToken);
            return status.Mounts.Where(mount => mount.Image is not null).SelectMany(mount => new[] { mount.Image.Image, mount.Image.ImageRef });
        }
        catch (RpcException gone) when (gone.StatusCode == StatusCode.NotFound)
        {
            return [];
        }
    }
}
