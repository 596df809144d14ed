using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Storage.Layers;

/// <summary>Some layers seen as one tree, read-only, for as long as it takes to copy a few files out of them.</summary>
internal sealed class LowerView : IDisposable
{
    private readonly string _target;

    private LowerView(string target, DirectoryTree tree) => (_target, Tree) = (target, tree);

    public DirectoryTree Tree { get; }

    /// <param name="lowers">Topmost first.</param>
    public static LowerView Mount(IReadOnlyList<string> lowers, string staging)
    {
        var target = Path.Combine(staging, "lowers");
        // overlayfs wants two lowers when there is no upper.
        var empty = Path.Combine(staging, "empty");
        Directory.CreateDirectory(target);
        Directory.CreateDirectory(empty);
        OverlayMount.Mount([.. lowers, empty], upper: null, work: null, target, MountFlags.ReadOnly | MountFlags.NoDevices | MountFlags.NoSetUserId);
        try
        {
            return new LowerView(target, DirectoryTree.Open(target));
        }
        catch
        {
            Mounting.Unmount(target, lazy: true);
            throw;
        }
    }

    public void Dispose()
    {
        Tree.Dispose();
        Mounting.Unmount(_target, lazy: true);
        Directory.Delete(_target);
        Directory.Delete(Path.Combine(Path.GetDirectoryName(_target)!, "empty"));
    }
}
