using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>
/// A runtime before its fix changes to the working directory while it has the host's folders open (CVE-2024-21626): a path below /proc leads into
/// those. The path's own words are held against that with the specification; these are the links that an image has on the way.
/// </summary>
internal static class WorkingDirectoryLinks
{
    // As many as the kernel follows in one path, MAXSYMLINKS.
    private const int LinkLimit = 40;

    /// <param name="path">Absolute, without "." and "..".</param>
    /// <exception cref="RuntimeException">InvalidArgument: a link leads into /proc, or can't be followed.</exception>
    public static void Check(string rootFs, string path)
    {
        using var tree = DirectoryTree.Open(rootFs);
        try
        {
            Follow(tree, path);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the image's links on the way to the working directory \"{path}\" can't be followed: {failure.Message}", failure);
        }
    }

    // Names need not be UTF-8: each character stands for a byte.
    private static void Follow(DirectoryTree tree, string path)
    {
        var left = new Stack<string>(Names(Encoding.UTF8.GetBytes(path)));
        var place = new List<string>();
        for (var links = 0; left.TryPop(out var name);)
        {
            if (name == "..")
            {
                Up(place, path);
                continue;
            }

            place.Add(name);
            if (links > 0 && (place is ["proc", ..] or ["dev", "fd", ..]))
            {
                throw Refused(path, place);
            }

            if (IsKernels(place) || TryReadLink(tree, place) is not { } target)
            {
                continue;
            }

            if (++links > LinkLimit)
            {
                throw new LinuxException("openat2", path, Errno.ELOOP);
            }

            if (target is [(byte)'/', ..])
            {
                place.Clear();
            }
            else
            {
                place.RemoveAt(place.Count - 1);
            }

            foreach (var next in Names(target))
            {
                left.Push(next);
            }
        }
    }

    private static void Up(List<string> place, string path)
    {
        if (IsKernels(place))
        {
            throw Refused(path, place);
        }

        if (place.Count > 0)
        {
            place.RemoveAt(place.Count - 1);
        }
    }

    /// <summary>What an image has there is hidden in the container, where the kernel has links of its own: ".." may lead anywhere.</summary>
    private static bool IsKernels(List<string> place) => place is ["proc" or "sys" or "dev", ..];

    private static byte[]? TryReadLink(DirectoryTree tree, List<string> place)
    {
        var path = Encoding.Latin1.GetBytes(string.Join('/', place));
        return tree.TryStat(path) is { Kind: FileKind.SymbolicLink } ? tree.ReadLink(path) : null;
    }

    /// <returns>The last first.</returns>
    private static IEnumerable<string> Names(byte[] path) => Encoding.Latin1.GetString(path).Split('/').Where(name => name is not ("" or ".")).Reverse();

    private static RuntimeException Refused(string path, List<string> place) => new(
        ErrorKind.InvalidArgument,
        $"the working directory \"{path}\" leads by links of the image into /{place[0]}, where the kernel's own links could lead it to the host's files");
}
