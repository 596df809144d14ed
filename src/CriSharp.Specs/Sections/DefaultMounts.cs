using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>What every container has below /proc, /sys and /dev.</summary>
internal static class DefaultMounts
{
    public static SpecMount Proc { get; } = new()
    {
        Destination = "/proc",
        Type = "proc",
        Source = "proc",
        Options = ["nosuid", "noexec", "nodev"],
    };

    public static SpecMount MessageQueues { get; } = new()
    {
        Destination = "/dev/mqueue",
        Type = "mqueue",
        Source = "mqueue",
        Options = ["nosuid", "noexec", "nodev"],
    };

    public static SpecMount Dev { get; } = new()
    {
        Destination = "/dev",
        Type = "tmpfs",
        Source = "tmpfs",
        Options = ["nosuid", "strictatime", "mode=755", "size=65536k"],
    };

    private static SpecMount Terminals { get; } = new()
    {
        Destination = "/dev/pts",
        Type = "devpts",
        Source = "devpts",
        Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    };

    /// <param name="isWritable">/sys and the cgroups, for a privileged container.</param>
    public static void AddKernelFileSystems(MountTable mounts, bool isWritable)
    {
        var access = isWritable ? "rw" : "ro";
        mounts.Set(Proc);
        mounts.Set(Dev);
        mounts.Set(Terminals);
        mounts.Set(new SpecMount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", access] });
        mounts.Set(new SpecMount
        {
            Destination = "/sys/fs/cgroup",
            Type = "cgroup",
            Source = "cgroup",
            Options = ["nosuid", "noexec", "nodev", "relatime", access],
        });
    }

    /// <summary>A file or folder of the pod: data, never programs or devices.</summary>
    public static SpecMount Bind(string destination, string source, bool isReadOnly) => new()
    {
        Destination = destination,
        Type = "bind",
        Source = source,
        Options = ["rbind", "rprivate", "nosuid", "noexec", "nodev", isReadOnly ? "ro" : "rw"],
    };
}
