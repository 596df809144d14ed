using CriSharp.Cri.V1;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Primitives;
using CriSharp.Specs;
using MountPropagation = CriSharp.Cri.V1.MountPropagation;
using CriMount = CriSharp.Cri.V1.Mount;

namespace CriSharp.Pods.Containers;

/// <summary>The host's side of a container's mounts: is it there, and how does the mount that it lies on propagate.</summary>
internal static class MountSources
{
    /// <exception cref="RuntimeException">InvalidArgument: a source doesn't exist, or can't be followed. FailedPrecondition: the host can't reach it.</exception>
    public static IReadOnlyDictionary<string, SourcePropagation> Check(IEnumerable<CriMount> mounts)
    {
        var propagations = new Dictionary<string, SourcePropagation>();
        foreach (var mount in mounts)
        {
            if (ImageVolume.Of(mount) is not null || mount.HostPath.Length == 0)
            {
                continue;
            }

            CheckThere(mount);
            if (mount.Propagation != MountPropagation.PropagationPrivate)
            {
                propagations[mount.HostPath] = PropagationOf(HostPath.Resolve(mount.HostPath));
            }
        }

        return propagations;
    }

    /// <returns>By host path, of those that are to be labelled: what it is after its links.</returns>
    public static IReadOnlyDictionary<string, string> ToLabel(IEnumerable<CriMount> mounts) => mounts
        .Where(mount => mount.SelinuxRelabel && mount.Image is null && mount.HostPath.Length > 0)
        .DistinctBy(mount => mount.HostPath)
        .ToDictionary(mount => mount.HostPath, mount => HostPath.Resolve(mount.HostPath));

    /// <returns>By host path, of those that <see cref="Check"/> has let pass: what it is after its links.</returns>
    public static IReadOnlyDictionary<string, string> PlacesOf(IEnumerable<CriMount> mounts) => mounts
        .Where(mount => ImageVolume.Of(mount) is null && mount.HostPath.Length > 0)
        .Select(mount => mount.HostPath)
        .Distinct()
        .ToDictionary(path => path, PlaceOf);

    private static string PlaceOf(string path)
    {
        try
        {
            return HostPath.Resolve(path);
        }
        catch (LinuxException)
        {
            // A link of /proc leads wherever its process has its root, its folder or its files: maybe to all that there is.
            return "/";
        }
    }

    private static void CheckThere(CriMount mount)
    {
        try
        {
            using var source = mount.HostPath is ['/', ..] && !mount.HostPath.Contains('\0') ? HostPath.TryFollow(mount.HostPath) : null;
            if (source is not null)
            {
                return;
            }
        }
        catch (LinuxException broken)
        {
            // A file system without its server, for one.
            throw new RuntimeException(
                ErrorKind.FailedPrecondition, $"container config: the mount of {mount.HostPath} at {mount.ContainerPath}: the host can't reach its source: {broken.Message}", broken);
        }

        throw new RuntimeException(
            ErrorKind.InvalidArgument,
            $"container config: the mount of {mount.HostPath} at {mount.ContainerPath} has no source: {mount.HostPath} doesn't exist on the host, or its links can't be followed");
    }

    private static SourcePropagation PropagationOf(string source)
    {
        var propagation = MountTable.Covering(source)?.Propagation ?? "";
        if (propagation.Contains("shared:", StringComparison.Ordinal))
        {
            return SourcePropagation.Shared;
        }

        return propagation.Contains("master:", StringComparison.Ordinal) ? SourcePropagation.Slave : SourcePropagation.Private;
    }
}
