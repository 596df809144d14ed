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
    public async Task RemoveStrayAsync(string folder, CancellationToken cancellationToken)
    {
        // Whoever unpacks the layer of that name moves its tree there before it counts as one.
        var name = Path.GetFileName(folder);
        using var held = Digest.TryParse(name.Replace('-', ':'), out var digest) ? await _locks.LockAsync(new DiffId(digest), cancellationToken) : null;
        var trash = NewStagingPath();
        lock (_folderGate)
        {
            if (!Strays().Contains(folder))
            {
                return;
            }

            try
            {
                HostPath.Rename(folder, trash);
            }
            catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
            {
                return;
            }
        }

        Staging.Sweep(trash);
    }
}
