namespace CriSharp.Linux.Files;

/// <summary>Removes one large tree by several threads, each in folders of its own: removing is mostly the file system's work, which it does for several at once.</summary>
public static class WideRemoval
{
    private const int PartsWanted = 32;
    private const int ListedMost = 256;

    /// <summary>As <see cref="TreeRemoval.Remove(string)"/>.</summary>
    /// <param name="threads">At least 1, the caller's among them.</param>
    public static void Remove(string hostPath, int threads)
    {
        if (threads > 1)
        {
            using var root = HostPath.TryOpen(hostPath, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            if (root is not null)
            {
                using var tree = new DirectoryTree(root, PathResolution.Strict);
                EmptyParts(tree, Parts(tree), threads);
            }
        }

        TreeRemoval.Remove(hostPath);
    }

    /// <summary>Folders of which none lies in another.</summary>
    internal static List<byte[]> Parts(DirectoryTree tree)
    {
        var parts = new List<byte[]>();
        var open = new Queue<byte[]>([[]]);
        for (var listed = 0; open.Count > 0 && open.Count + parts.Count < PartsWanted && listed < ListedMost; listed++)
        {
            var folder = open.Dequeue();
            var below = Folders(tree, folder);
            if (below.Count == 0)
            {
                parts.Add(folder);
            }

            below.ForEach(open.Enqueue);
        }

        return [.. parts, .. open];
    }

    private static List<byte[]> Folders(DirectoryTree tree, byte[] folder)
    {
        using var listing = tree.OpenDirectory(folder.Length == 0 ? UnixPath.Here : folder);
        var entries = new List<DirectoryEntry>();
        var folders = new List<byte[]>();
        while (DirectoryListing.ReadSome(listing, entries))
        {
            folders.AddRange(entries.Where(entry => entry.Kind == FileKind.Directory).Select(entry => folder.Length == 0 ? entry.Name : [.. folder, (byte)'/', .. entry.Name]));
            entries.Clear();
        }

        return folders;
    }

    private static void EmptyParts(DirectoryTree tree, List<byte[]> parts, int threads)
    {
        var next = -1;
        Exception? failure = null;
        var helpers = Enumerable.Range(1, Math.Min(threads, parts.Count) - 1).Select(_ => new Thread(Work) { IsBackground = true, Name = "tree removal" }).ToList();
        helpers.ForEach(helper => helper.Start());
        Work();
        helpers.ForEach(helper => helper.Join());
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        void Work()
        {
            try
            {
                for (int index; failure is null && (index = Interlocked.Increment(ref next)) < parts.Count;)
                {
                    using var part = parts[index].Length == 0 ? null : tree.OpenDirectory(parts[index]);
                    TreeRemoval.Empty(part ?? tree.Root);
                }
            }
            catch (Exception one)
            {
                Interlocked.CompareExchange(ref failure, one, null);
            }
        }
    }
}
