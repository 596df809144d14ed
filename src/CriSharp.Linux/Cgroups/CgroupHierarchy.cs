namespace CriSharp.Linux.Cgroups;

/// <summary>One mounted cgroup file system. cgroups(7)</summary>
/// <param name="MountPoint">Absolute path of the mount.</param>
/// <param name="MountRoot">Which cgroup of the hierarchy is at the mount point: "/" unless only a part of it is mounted.</param>
/// <param name="IsUnified">cgroup v2.</param>
/// <param name="Controllers">v1: those of the mount ("cpu", "name=systemd"); v2: those that the root offers, which on a hybrid host are few or none.</param>
public sealed record CgroupHierarchy(string MountPoint, string MountRoot, bool IsUnified, IReadOnlySet<string> Controllers)
{
    /// <summary>The folder of a cgroup in this hierarchy.</summary>
    public string DirectoryOf(CgroupPath path) => path.IsRoot ? MountPoint : Path.Combine(MountPoint, path.Value);

    public bool Has(CgroupPath path) => Directory.Exists(DirectoryOf(path));
}

/// <summary>How a host mounts its cgroups.</summary>
public enum CgroupMode
{
    /// <summary>Only v1 hierarchies.</summary>
    V1,
    /// <summary>v1 hierarchies with the controllers, and v2 beside them without.</summary>
    Hybrid,
    V2,
}
