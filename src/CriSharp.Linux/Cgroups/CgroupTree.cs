using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Cgroups;

/// <summary>
/// Walks a cgroup and all below it, deepest first. A container may nest its cgroups deeper than a path can be long, so the walk
/// goes from folder to folder by descriptors, and holds only one at a time.
/// </summary>
internal static class CgroupTree
{
    /// <param name="visit">Gets the open folder of each cgroup.</param>
    public static void Visit(string directory, Action<SafeFileHandle> visit) => Walk(directory, visit, static (_, _) => { });

    /// <summary>Names of the cgroups right below; none where there is no such cgroup.</summary>
    public static IReadOnlyList<string> ChildNames(string directory)
    {
        using var folder = TryOpen(Libc.CurrentDirectory, directory);
        return folder is null ? [] : [.. ChildrenOf(folder).Select(Encoding.UTF8.GetString)];
    }

    /// <returns>False when something in it is still in use (EBUSY): try again when its processes have ended.</returns>
    /// <exception cref="LinuxException">Any other reason.</exception>
    public static bool TryRemove(string directory)
    {
        Walk(directory, static _ => { }, static (parent, name) => TryRemoveDirectory(parent, name));
        return TryRemoveDirectory(Libc.CurrentDirectory, directory);
    }

    /// <summary>One empty folder.</summary>
    /// <returns><inheritdoc cref="TryRemove"/></returns>
    public static unsafe bool TryRemoveDirectory(SafeFileHandle parent, UnixPath name)
    {
        fixed (byte* path = name)
        {
            if (Libc.unlinkat(parent, path, Libc.AT_REMOVEDIR) == 0)
            {
                return true;
            }
        }

        var failure = LinuxException.Last("rmdir", name.ToString());
        return failure.ErrorNumber switch
        {
            Errno.ENOENT or Errno.ENODEV => true,
            Errno.EBUSY or Errno.ENOTEMPTY => false,
            _ => throw failure,
        };
    }

    private static void Walk(string directory, Action<SafeFileHandle> visit, Action<SafeFileHandle, byte[]> leave)
    {
        var current = TryOpen(Libc.CurrentDirectory, directory);
        if (current is null)
        {
            return;
        }

        try
        {
            var levels = new Stack<Level>();
            levels.Push(new Level([], ChildrenOf(current)));
            while (true)
            {
                if (levels.Peek().Children.TryDequeue(out var name))
                {
                    if (TryOpen(current, name) is { } child)
                    {
                        current.Dispose();
                        current = child;
                        levels.Push(new Level(name, ChildrenOf(current)));
                    }

                    continue;
                }

                visit(current);
                var left = levels.Pop();
                if (levels.Count == 0 || TryOpen(current, "..") is not { } parent)
                {
                    return;
                }

                current.Dispose();
                current = parent;
                leave(current, left.Name);
            }
        }
        finally
        {
            current.Dispose();
        }
    }

    private static SafeFileHandle? TryOpen(SafeFileHandle parent, UnixPath name)
    {
        var handle = OpenAt2.TryOpen(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow, mode: 0, resolve: 0, out var errorNumber);
        return handle is not null || CgroupFile.IsGone(errorNumber) ? handle : throw new LinuxException("openat2", name.ToString(), errorNumber);
    }

    private static Queue<byte[]> ChildrenOf(SafeFileHandle directory)
    {
        try
        {
            return new Queue<byte[]>(DirectoryListing.Read(directory).Where(entry => entry.Kind == FileKind.Directory).Select(entry => entry.Name));
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
        {
            // Removed since it was opened.
            return new Queue<byte[]>();
        }
    }

    private sealed record Level(byte[] Name, Queue<byte[]> Children);
}
