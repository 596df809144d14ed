using CriSharp.Linux;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriMount = CriSharp.Cri.V1.Mount;

namespace CriSharp.Pods.Containers;

/// <summary>Volumes whose ids are to be mapped: it is tried here, since an OCI runtime's words for it don't name the volume.</summary>
internal static class IdMappedSources
{
    /// <exception cref="RuntimeException">FailedPrecondition: a volume's file system can't.</exception>
    public static void Check(IEnumerable<CriMount> mounts, string userNamespacePath)
    {
        using var userNamespace = NamespaceFile.Open(userNamespacePath);
        // An image is mounted with the pod's ids, though the kubelet gives the mappings to each mount.
        foreach (var mount in mounts.Where(mount => mount.UidMappings.Count > 0 && ImageVolume.Of(mount) is null))
        {
            try
            {
                IdMappedTree.Open(mount.HostPath, userNamespace).Dispose();
            }
            catch (LinuxException failure)
            {
                throw new RuntimeException(
                    ErrorKind.FailedPrecondition,
                    $"container config: the ids of the mount of {mount.HostPath} at {mount.ContainerPath} can't be mapped by uidMappings and gidMappings: kernel or file system ({MountTable.Covering(mount.HostPath)?.Type ?? "unknown"}) can't ({failure.Message})",
                    failure);
            }
        }
    }
}
