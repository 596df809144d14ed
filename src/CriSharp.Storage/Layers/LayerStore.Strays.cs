using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    /// <summary>Folders that are no layer of this store: somebody else put them there, or a removal failed half way. Whole paths.</summary>
    public IReadOnlyList<string> Strays()
    {
        var folders = Directory.EnumerateDirectories(_folder).ToList();
        lock (_gate)
        {
            var layers = _table.Ids.Select(FolderOf).Append(_staging).ToHashSet();
            return [.. folders.Where(folder => !layers.Contains(folder))];
        }
    }

    /// <summary>Removes such a folder; what has become a layer meanwhile stays.</summary>
    public Task RemoveStrayAsync(string folder, CancellationToken cancellationToken) => OwnThread.RunAsync("stray removal", () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        RemoveStray(folder);
    });

    /// <summary>
    /// Sets aside what lies in a layer's place and is none: a damaged one that could not be set aside before, or what a removal has left.
    /// A container may run on it.
    /// </summary>
    private void MakeWay(DiffId diffId)
    {
        if (!IsTaken(diffId))
        {
            return;
        }

        lock (_folderGate)
        {
            // A layer's tree is moved there before it counts as one.
            lock (_commits)
            {
                if (IsTaken(diffId))
                {
                    MoveAside(FolderOf(diffId), "it lay where a layer was to be put, and was none that the daemon knew");
                }
            }
        }
    }

    private bool IsTaken(DiffId diffId) => !Contains(diffId) && Directory.Exists(FolderOf(diffId));

    private void RemoveStray(string folder)
    {
        var trash = NewStagingPath();
        lock (_folderGate)
        {
            // A layer's tree is moved there before it counts as one.
            lock (_commits)
            {
                if (!Strays().Contains(folder) || !TryMove(folder, trash))
                {
                    return;
                }
            }
        }

        Staging.Sweep(trash);
    }

    /// <returns>false: it has gone.</returns>
    private static bool TryMove(string folder, string target)
    {
        try
        {
            HostPath.Rename(folder, target);
            return true;
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
        {
            return false;
        }
    }
}
