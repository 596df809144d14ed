using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Specs;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Pods.Host;

/// <summary>Device nodes of the host, for containers that are given some.</summary>
internal static class HostDevices
{
    private const string Root = "/dev";
    private const int DepthLimit = 8;

    /// <summary>A container has its own of these.</summary>
    private static readonly HashSet<string> Skipped = ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console", "/dev/ptmx"];

    public static IReadOnlyList<HostDevice> All() => At(Root);

    /// <summary>The device at a path, or all below a folder; links in the path are the administrator's and followed. Nothing there: empty.</summary>
    public static IReadOnlyList<HostDevice> At(string path)
    {
        using var opened = TryOpen(path);
        if (opened is null)
        {
            return [];
        }

        var status = FileDescriptor.Stat(opened);
        if (AsDevice(path, status) is { } device)
        {
            return [device];
        }

        var found = new List<HostDevice>();
        if (status.Kind == FileKind.Directory)
        {
            Collect(path, found, 0);
        }

        return found;
    }

    /// <summary>As <see cref="At"/>, of one device only.</summary>
    public static HostDevice? TryNode(string path)
    {
        using var opened = TryOpen(path);
        return opened is null ? null : AsDevice(path, FileDescriptor.Stat(opened));
    }

    /// <summary>What is no path of the host, or can't be followed, is not there.</summary>
    private static SafeFileHandle? TryOpen(string path) =>
        path is ['/', ..] && !path.Contains('\0') ? HostPath.TryFollow(path) : null;

    private static void Collect(string folder, List<HostDevice> found, int depth)
    {
        try
        {
            CollectFrom(folder, found, depth);
        }
        catch (LinuxException gone) when (gone.ErrorNumber is Errno.ENOENT or Errno.ENOTDIR)
        {
            // Unplugged meanwhile.
        }
    }

    private static void CollectFrom(string folder, List<HostDevice> found, int depth)
    {
        using var tree = DirectoryTree.Open(folder);
        foreach (var entry in tree.List("."))
        {
            var path = Path.Combine(folder, entry.NameText);
            if (Skipped.Contains(path) || tree.TryStat(entry.Name) is not { } status)
            {
                continue;
            }

            if (AsDevice(path, status) is { } device)
            {
                found.Add(device);
            }
            else if (status.Kind == FileKind.Directory && depth < DepthLimit)
            {
                Collect(path, found, depth + 1);
            }
        }
    }

    private static HostDevice? AsDevice(string path, FileStatus status) => status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice
        ? new HostDevice(
            path,
            status.Kind == FileKind.CharacterDevice ? 'c' : 'b',
            status.Node.Major,
            status.Node.Minor,
            (uint)(status.Mode & Permissions.Mask),
            status.UserId,
            status.GroupId)
        : null;
}
