using System.Globalization;
using CriSharp.Images;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;
using CriSharp.Storage.Snapshots;
using CriMount = CriSharp.Cri.V1.Mount;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Images and artifacts as volumes (KEP-4639). Each image has a snapshot of its own, ID.volumeN, mounted read-only at volumes/N in the container's run
/// folder; so its layers stay as long as the container, and both are found again by the container's id alone.
/// </summary>
public sealed class ImageVolumes(ImageStore images, SnapshotStore snapshots, PodsOptions options)
{
    /// <summary>The kubelet counts failures that begin so.</summary>
    private const string FailedReason = "ImageVolumeMountFailed";

    private readonly InstanceFolders _folders = options.Folders;

    /// <summary>Keeps the images from being removed until the container's record names them.</summary>
    /// <exception cref="RuntimeException">NotFound: no image has the name.</exception>
    internal VolumeImages Lease(IEnumerable<CriMount> mounts)
    {
        var leased = new VolumeImages();
        try
        {
            foreach (var volume in mounts.Select(ImageVolume.Of).OfType<ImageVolume>())
            {
                if (!leased.Has(volume.Image))
                {
                    var image = images.Resolve(volume.Image) ?? throw new RuntimeException(
                        ErrorKind.NotFound, $"container config: a mount is of the image \"{volume.Image}\", which is not on this node: pull it first");
                    leased.Add(volume.Image, image, images.Lease(image.Id));
                }
            }

            return leased;
        }
        catch
        {
            leased.Dispose();
            throw;
        }
    }

    /// <returns>For each volume the folder on the host that shows it.</returns>
    /// <exception cref="RuntimeException">InvalidArgument: a sub path that the image doesn't have.</exception>
    internal IReadOnlyDictionary<ImageVolume, string> Mount(
        ContainerId id, PodSandboxRecord sandbox, VolumeImages leased, IEnumerable<CriMount> mounts, SelinuxLabels labels, Rollback rollback)
    {
        var sources = new Dictionary<ImageVolume, string>();
        if (leased.All.Count == 0)
        {
            return sources;
        }

        Operation.At("image volumes");
        rollback.Add("remove the image volumes", () => Remove(id));
        var ids = PodUserNamespace.Of(sandbox)?.IdsOf(_folders, sandbox.Id);
        try
        {
            var roots = leased.All.Select((image, index) => (image.Key, Path: Mount(id, index, image.Value.Layers, ids, labels))).ToDictionary(root => root.Key, root => root.Path);
            foreach (var volume in mounts.Select(ImageVolume.Of).OfType<ImageVolume>().Distinct())
            {
                sources[volume] = volume.SubPath.Length == 0 ? roots[volume.Image] : Find(roots[volume.Image], volume, leased.All[volume.Image]);
            }
        }
        catch (RuntimeException failure)
        {
            throw new RuntimeException(failure.Kind, $"{FailedReason}: {failure.Message}", failure);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"{FailedReason}: {failure.Message}", failure);
        }

        return sources;
    }

    /// <summary>Idempotent.</summary>
    internal void Unmount(ContainerId id)
    {
        var folder = _folders.VolumesOf(id);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var volume in Directory.EnumerateDirectories(folder))
        {
            snapshots.Unmount(volume);
            Directory.Delete(volume);
        }

        Directory.Delete(folder);
    }

    /// <summary>Idempotent. Made from the first on, removed from the last on: there is never a gap.</summary>
    internal void Remove(ContainerId id)
    {
        Unmount(id);
        var count = 0;
        while (snapshots.Exists(SnapshotOf(id, count)))
        {
            count++;
        }

        while (count-- > 0)
        {
            snapshots.Remove(SnapshotOf(id, count));
        }
    }

    private string Mount(ContainerId id, int index, IReadOnlyList<DiffId> layers, SnapshotIds? ids, SelinuxLabels labels)
    {
        var target = Path.Combine(_folders.VolumesOf(id), index.ToString(CultureInfo.InvariantCulture));
        HostPath.MakeDirectories(target, Permissions.PublicFolder);
        snapshots.Mount(snapshots.Prepare(SnapshotOf(id, index), layers, ids), target, ids, labels.Mount?.ToString());
        Mounting.SetAttributes(target, MountFlags.ReadOnly | MountFlags.NoDevices | MountFlags.NoSetUserId);
        return target;
    }

    /// <summary>Links are the image's and end inside of it; the path that is found has none, and nobody can change what lies there.</summary>
    private static string Find(string root, ImageVolume volume, ImageRecord image)
    {
        // Of an artifact one file may be mounted as well.
        var kind = image.ArtifactType is null ? OpenFlags.Directory : default;
        try
        {
            using var tree = DirectoryTree.Open(root);
            using var folder = tree.OpenFile(volume.SubPath, OpenFlags.PathOnly | kind);
            return new FileInfo($"/proc/self/fd/{folder.DangerousGetHandle()}").LinkTarget!;
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(
                ErrorKind.InvalidArgument,
                $"container config: image_sub_path \"{volume.SubPath}\" is no folder of the image \"{volume.Image}\": {failure.Message}",
                failure);
        }
    }

    private static string SnapshotOf(ContainerId id, int index) => string.Create(CultureInfo.InvariantCulture, $"{id}.volume{index}");
}
