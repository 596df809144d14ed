using System.Text.Json;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Unpacked layers, one tree each, keyed by DiffId: layers/sha256-HEX/{tree, record.json}.
/// <para>A layer is usable as soon as it is unpacked. It outlives a restart only after <see cref="SyncFileSystem"/>, which is called once per image
/// before the image becomes visible: the record is written only when the tree is known to be on disk, and a folder without one is swept at the next start.</para>
/// </summary>
public sealed partial class LayerStore
{
    private const string StagingName = ".staging";
    private const string TreeName = "tree";
    private const string RecordName = "record.json";
    private const int RecordLimitBytes = 16 << 20;
    private readonly string _folder;
    private readonly string _staging;
    private readonly LayerLimits _limits;
    private readonly DiskReserve _reserve;
    private readonly KeyedLock<DiffId> _locks = new();
    // Taken before the other: what moves or completes a layer's folder goes one after the other, and may take the disk's time.
    private readonly Lock _folderGate = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<DiffId, LayerRecord> _records = [];
    private readonly HashSet<DiffId> _unsynced = [];

    private LayerStore(string root, LayerLimits limits, DiskReserve reserve)
    {
        _reserve = reserve;
        _folder = Path.Combine(Path.GetFullPath(root), "layers");
        _staging = Path.Combine(_folder, StagingName);
        _limits = limits;
    }

    /// <summary>Folders that were found half made (or unreadable) at the start, and are gone now.</summary>
    public IReadOnlyList<string> Swept { get; private set; } = [];

    /// <summary>Reads the records and sweeps what a crash left. One process at a time may have a root open.</summary>
    /// <param name="root">Folder of the instance; "layers" lies in it, closed to everyone but root.</param>
    /// <param name="reserve">Gives room for a removal on a full disk.</param>
    public static LayerStore Open(string root, LayerLimits? limits = null, DiskReserve? reserve = null)
    {
        var store = new LayerStore(root, limits ?? new LayerLimits(), reserve ?? DiskReserve.None);
        HostPath.MakeDirectories(store._folder, Permissions.PrivateFolder);
        Staging.Sweep(store._staging);
        HostPath.MakeDirectories(store._staging, Permissions.PrivateFolder);
        store.Load();
        return store;
    }

    public bool Contains(DiffId diffId) => Find(diffId) is not null;

    public LayerRecord? Find(DiffId diffId)
    {
        lock (_gate)
        {
            return _records.GetValueOrDefault(diffId);
        }
    }

    public IReadOnlyList<LayerRecord> List()
    {
        lock (_gate)
        {
            return [.. _records.Values];
        }
    }

    /// <summary>The layer's files, as overlayfs takes them.</summary>
    public string TreePath(DiffId diffId) => Path.Combine(FolderOf(diffId), TreeName);

    /// <summary>
    /// What overlayfs is to be given for these layers: topmost first, each once (its topmost place counts, it refuses a folder twice),
    /// and nothing below a layer that hides all under it.
    /// </summary>
    /// <exception cref="RuntimeException">FailedPrecondition: one of them is not there.</exception>
    public IReadOnlyList<LayerRecord> Stack(IReadOnlyList<DiffId> bottomFirst)
    {
        var stack = new List<LayerRecord>(bottomFirst.Count);
        foreach (var diffId in bottomFirst.Reverse().Distinct())
        {
            var record = Find(diffId) ?? throw new RuntimeException(ErrorKind.FailedPrecondition, $"layer {diffId} is not there: pull the image again");
            stack.Add(record);
            if (record.HidesLowers)
            {
                break;
            }
        }

        return stack;
    }

    /// <summary>Makes all layers unpacked so far durable. May take as long as the disk needs; call it once per image.</summary>
    public void SyncFileSystem()
    {
        lock (_folderGate)
        {
            LayerRecord[] pending;
            lock (_gate)
            {
                pending = [.. _unsynced.Select(diffId => _records[diffId])];
            }

            if (pending.Length == 0)
            {
                return;
            }

            FileSystemSync.SyncFs(_folder);
            foreach (var record in pending)
            {
                WriteRecord(record);
                lock (_gate)
                {
                    _unsynced.Remove(record.DiffId);
                }
            }
        }
    }

    /// <summary>Removes a layer and frees its space before it returns; one that isn't there is fine. Nobody may have it mounted.</summary>
    public void Remove(DiffId diffId)
    {
        var trash = NewStagingPath();
        lock (_folderGate)
        {
            lock (_gate)
            {
                if (!_records.Remove(diffId))
                {
                    return;
                }

                _unsynced.Remove(diffId);
            }

            _reserve.Write(() => HostPath.Rename(FolderOf(diffId), trash));
        }

        TreeRemoval.Remove(trash);
    }

    private void Load()
    {
        var swept = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(_folder).Where(folder => Path.GetFileName(folder) != StagingName).ToList())
        {
            var record = TryReadRecord(folder);
            if (record is null || FolderOf(record.DiffId) != folder || !Directory.Exists(Path.Combine(folder, TreeName)))
            {
                swept.Add(folder);
                Staging.Sweep(folder);
                continue;
            }

            _records[record.DiffId] = record;
        }

        Swept = swept;
    }

    private static LayerRecord? TryReadRecord(string folder)
    {
        try
        {
            var content = HostPath.TryReadFile(Path.Combine(folder, RecordName), RecordLimitBytes);
            return content is null ? null : JsonSerializer.Deserialize(content, StorageJson.Default.LayerDocument)?.ToRecord();
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            return null;
        }
    }

    private void WriteRecord(LayerRecord record)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(LayerDocument.From(record), StorageJson.Default.LayerDocument);
        DurableFile.Replace(Path.Combine(FolderOf(record.DiffId), RecordName), content);
    }

    private string FolderOf(DiffId diffId) => Path.Combine(_folder, $"{diffId.Digest.Algorithm}-{diffId.Digest.Hex}");

    private string NewStagingPath() => Path.Combine(_staging, Guid.NewGuid().ToString("N"));
}
