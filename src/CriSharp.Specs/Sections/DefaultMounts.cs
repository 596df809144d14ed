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

    /// <summary>Debian's and most others' group "tty".</summary>
    private const uint TerminalGroup = 5;

    /// <param name="isWritable">/sys and the cgroups, for a privileged container.</param>
    /// <param name="groups">How many group ids the container has, from 0 on.</param>
    public static void AddKernelFileSystems(MountTable mounts, bool isWritable, uint groups)
    {
        var access = isWritable ? "rw" : "ro";
        mounts.Set(Proc);
        mounts.Set(Dev);
        mounts.Set(Terminals(groups));
        mounts.Set(new SpecMount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", access] });
        mounts.Set(new SpecMount
        {
            Destination = "/sys/fs/cgroup",
            Type = "cgroup",
            Source = "cgroup",
            Options = ["nosuid", "noexec", "nodev", "relatime", access],
        });
    }

    /// <summary>A device of the host under another name.</summary>
    public static SpecMount BindDevice(string destination, string source) => new()
    {
        Destination = destination,
        Type = "bind",
        Source = source,
        Options = ["bind", "rprivate", "nosuid", "noexec"],
    };

    private static SpecMount Terminals(uint groups) => new()
    {
        Destination = "/dev/pts",
        Type = "devpts",
        Source = "devpts",
        Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", .. groups > TerminalGroup ? [$"gid={TerminalGroup}"] : (string[])[]],
    };

    /// <summary>A file or folder of the pod: data, never programs or devices.</summary>
    public static SpecMount Bind(string destination, string source, bool isReadOnly) => new()
    {
        Destination = destination,
        Type = "bind",
        Source = source,
        Options = ["rbind", "rprivate", "nosuid", "noexec", "nodev", isReadOnly ? "ro" : "rw"],
    };
}
