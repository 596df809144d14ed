using CriSharp.Linux.Files;

namespace CriSharp.Storage.Snapshots;

/// <summary>One layer of a stack, and what of the layers under it can be seen through it.</summary>
/// <param name="implied">Folders that the layer only implies.</param>
internal sealed class LayerView(string path, HashSet<string> implied) : IDisposable
{
    private DirectoryTree? _tree;

    public HashSet<string> Implied { get; } = implied;

    public DirectoryTree Tree => _tree ??= DirectoryTree.Open(path, PathResolution.Strict);

    /// <returns>"a", "a/b" and "a/b/c" of "a/b/c".</returns>
    public static IEnumerable<string> Prefixes(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }

        yield return path;
    }

    /// <returns>Whether the layer has the folder, and whether it hides what lower layers have of that path: by a whiteout, a file or a link on the way, or an opaque folder.</returns>
    public (bool IsFolder, bool HidesLowers) Find(string folder)
    {
        var hidesLowers = false;
        foreach (var prefix in Prefixes(folder))
        {
            switch (Tree.TryStat(prefix))
            {
                case null:
                    return (false, hidesLowers);
                case { Kind: not FileKind.Directory }:
                    return (false, true);
            }

            // An opaque folder itself keeps its looks.
            hidesLowers |= prefix.Length < folder.Length && Tree.TryGetAttribute(prefix, "trusted.overlay.opaque") is not null;
        }

        return (true, hidesLowers);
    }

    public void Dispose() => _tree?.Dispose();
}
