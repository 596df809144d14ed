using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>
/// All mounts of a container, parents before children: the kernel's file systems, the pod's files, then what the kubelet asks for, which
/// replaces any of the former at the same place, and all of them below its own /dev or /sys.
/// </summary>
internal static class MountsSection
{
    private static readonly string[] KernelFolders = ["/dev", "/sys"];

    /// <param name="mappings">Null: the pod has the host's user namespace.</param>
    public static BuiltMounts Build(ContainerSpecInput input, PodIdMappings? mappings)
    {
        var security = input.Config.Linux?.SecurityContext;
        var mounts = new MountTable();
        DefaultMounts.AddKernelFileSystems(mounts, isWritable: security?.Privileged ?? false, mappings?.Groups.Size ?? uint.MaxValue);
        AddIpc(mounts, input);
        AddPodFiles(mounts, input.Files, isReadOnly: security?.ReadonlyRootfs ?? false);

        string? rootPropagation = null;
        var asked = new List<SpecMount>();
        foreach (var mount in input.Config.Mounts)
        {
            asked.Add(AskedMount.Build(mount, input, mappings, out var propagation));
            rootPropagation = AskedMount.Stronger(rootPropagation, propagation);
        }

        // They would cover what the pod brings; and where that is the host's own and shared, the host's.
        foreach (var folder in KernelFolders.Where(folder => asked.Exists(mount => mount.Destination == folder)))
        {
            mounts.RemoveBelow(folder);
        }

        asked.ForEach(mounts.Set);
        return new BuiltMounts(mounts.InOrder(), rootPropagation);
    }

    private static void AddIpc(MountTable mounts, ContainerSpecInput input)
    {
        // A mount of message queues shows those of the IPC namespace in which it is made: the pod's, or the host's.
        mounts.Set(DefaultMounts.MessageQueues);
        mounts.Set(DefaultMounts.Bind("/dev/shm", input.Namespaces.Ipc.IsHost ? "/dev/shm" : input.Files.ShmPath, isReadOnly: false));
    }

    private static void AddPodFiles(MountTable mounts, PodFiles files, bool isReadOnly)
    {
        mounts.Set(DefaultMounts.Bind("/etc/hostname", files.HostnamePath, isReadOnly));
        mounts.Set(DefaultMounts.Bind("/etc/resolv.conf", files.ResolvConfPath, isReadOnly));
        if (files.HostsPath is { } hosts)
        {
            mounts.Set(DefaultMounts.Bind("/etc/hosts", hosts, isReadOnly));
        }
    }
}

/// <param name="RootPropagation">What the root's mount has to be at least, for mounts to pass through; null for the runtime's default.</param>
internal sealed record BuiltMounts(IReadOnlyList<SpecMount> Mounts, string? RootPropagation);

/// <summary>One mount per place.</summary>
internal sealed class MountTable
{
    private readonly List<SpecMount> _mounts = [];

    /// <summary>The later wins.</summary>
    public void Set(SpecMount mount)
    {
        _mounts.RemoveAll(earlier => earlier.Destination == mount.Destination);
        _mounts.Add(mount);
    }

    public void RemoveBelow(string folder) => _mounts.RemoveAll(mount => mount.Destination.StartsWith(folder + '/', StringComparison.Ordinal));

    /// <summary>By depth; among equals in the order of their coming.</summary>
    public IReadOnlyList<SpecMount> InOrder() => [.. _mounts.OrderBy(mount => ContainerPath.DepthOf(mount.Destination))];
}
