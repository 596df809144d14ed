using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

public sealed partial class DirectoryTree
{
    // As many links as the kernel follows in one path, MAXSYMLINKS.
    private const int LinkLimit = 40;

    /// <summary>
    /// Opens a folder and makes what is missing on the way, like mkdir -p after a chroot: a link on the way that points at nothing
    /// has its target made (inside the tree).
    /// </summary>
    /// <param name="made">Called for each folder that was made, outermost first, with its descriptor and its path; after a link the path may hold "..".</param>
    /// <exception cref="LinuxException">ENOTDIR or EEXIST when something on the way is neither a folder nor a link; ELOOP on too many links.</exception>
    public SafeFileHandle MakeDirectories(UnixPath path, int mode, Action<byte[], SafeFileHandle>? made = null)
    {
        var existing = TryOpenFile(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        return existing ?? MakeMissing(path.Text.ToArray(), mode, made, links: 0);
    }

    private SafeFileHandle MakeMissing(byte[] path, int mode, Action<byte[], SafeFileHandle>? made, int links)
    {
        SafeFileHandle? current = OpenDirectory(UnixPath.Here);
        try
        {
            for (var start = 0; start < path.Length;)
            {
                var length = path.AsSpan(start).IndexOf((byte)'/');
                var end = length < 0 ? path.Length : start + length;
                if (end == start)
                {
                    start++;
                    continue;
                }

                var prefix = path[..end];
                var next = TryOpenFile(prefix, OpenFlags.ReadOnly | OpenFlags.Directory);
                if (next is null)
                {
                    UnixPath name = path[start..end];
                    if (FileAt.TryStat(current, name) is { Kind: FileKind.SymbolicLink })
                    {
                        return MakeBehindLink(current, path, start, end, mode, made, links);
                    }

                    var isOurs = TryMake(current, name, mode);
                    next = FileAt.Open(current, name, OpenFlags.ReadOnly | OpenFlags.Directory);
                    current.Dispose();
                    current = next;
                    if (isOurs)
                    {
                        made?.Invoke(prefix, current);
                    }

                    start = end + 1;
                    continue;
                }

                current.Dispose();
                current = next;
                start = end + 1;
            }

            var result = current;
            current = null;
            return result;
        }
        finally
        {
            current?.Dispose();
        }
    }

    /// <returns>False: somebody else has made it meanwhile.</returns>
    private static bool TryMake(SafeFileHandle folder, UnixPath name, int mode)
    {
        try
        {
            FileAt.MakeDirectory(folder, name, mode);
            return true;
        }
        catch (LinuxException late) when (late.ErrorNumber == Errno.EEXIST && FileAt.TryStat(folder, name) is { Kind: FileKind.Directory })
        {
            return false;
        }
    }

    private SafeFileHandle MakeBehindLink(SafeFileHandle folder, byte[] path, int start, int end, int mode, Action<byte[], SafeFileHandle>? made, int links)
    {
        if (links == LinkLimit)
        {
            throw new LinuxException("openat2", new UnixPath(path).ToString(), Errno.ELOOP);
        }

        var target = FileAt.ReadLink(folder, path[start..end]);
        var isAbsolute = target is [(byte)'/', ..];
        byte[] spliced = [.. isAbsolute ? [] : path.AsSpan(0, start), .. target, .. path.AsSpan(end)];
        return MakeMissing(spliced, mode, made, links + 1);
    }
}
