using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>The root's lock, and that of the image store where it has a folder of its own. Whoever has them may read and write both.</summary>
internal sealed class InstanceLocks : IDisposable
{
    private readonly FileLock _root;
    private readonly FileLock? _imageStore;

    private InstanceLocks(FileLock root, FileLock? imageStore) => (_root, _imageStore) = (root, imageStore);

    /// <exception cref="RuntimeException">FailedPrecondition: another daemon has one of them, it can't be written, another release made it, or the images of this root lie elsewhere.</exception>
    public static InstanceLocks Take(DaemonOptions options)
    {
        RootLayout.RefuseOther(options.Root);
        RootLayout.RefuseOther(options.ImageStore);
        var root = RootLock.Take(options.Root);
        FileLock? imageStore = null;
        try
        {
            ImageStorePlace.Check(options.Root, options.ImageStore);
            imageStore = options.HasSplitImageStore ? RootLock.Take(options.ImageStore) : null;
            RootLayout.Mark(options.Root);
            RootLayout.Mark(options.ImageStore);
            ImageStorePlace.Mark(options.Root, options.ImageStore);
            return new InstanceLocks(root, imageStore);
        }
        catch
        {
            imageStore?.Dispose();
            root.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _imageStore?.Dispose();
        _root.Dispose();
    }
}
