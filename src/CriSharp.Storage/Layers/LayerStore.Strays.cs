using CriSharp.Linux;
using CriSharp.Linux.Files;

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
