using System.Text.Json;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Content;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Unpacked layers, one tree each, keyed by DiffId: layers/sha256-HEX/{tree, record.json}.
/// <para>A layer is usable as soon as it is unpacked. It outlives a restart only after <see cref="SyncFileSystem"/>, which is called once per image
/// before the image becomes visible: the record is written only when the tree is known to be on disk. Until then a second one names the boot: a killed daemon
/// loses nothing that the kernel still holds, so what a pull had done is found again; after a power cut such a folder is swept.</para>
/// </summary>
public sealed partial class LayerStore
{
    private const string Noun = "layer";
    private const string StagingName = ".staging";
    private const string TreeName = "tree";
    private const string RecordName = "record.json";
    private const int RecordLimitBytes = 16 << 20;
    private const int RemovalThreads = 3;
    private readonly string _folder;
    private readonly string _staging;
    private readonly LayerLimits _limits;
    private readonly DiskReserve _reserve;
    private readonly KeyedLock<DiffId> _locks = new();
    // Taken before the other: what moves or completes a layer's folder goes one after the other, and may take the disk's time.
    private readonly Lock _folderGate = new();
    // Taken between the two: one layer at a time gets its folder and counts.
    private readonly Lock _commits = new();
    private readonly Lock _gate = new();
    private readonly LayerTable _table = new();
    private readonly HashSet<DiffId> _unsynced = [];
    private readonly BrokenRecords _broken;
    private readonly TimeProvider _time;
    private readonly string _bootId;

    private LayerStore(string root, LayerLimits limits, DiskReserve reserve, TimeProvider time, string bootId)
    {
        (_reserve, _broken, _time, _bootId) = (reserve, new BrokenRecords(root, time), time, bootId);
        _folder = Path.Combine(Path.GetFullPath(root), "layers");
        _staging = Path.Combine(_folder, StagingName);
        _limits = limits;
    }

    /// <summary>Folders that were found half made at the start, and are gone now.</summary>
    public IReadOnlyList<string> Swept { get; private set; } = [];

    /// <summary>Layers whose records could not be used at the start. Their trees were set aside with them, since a container may run on them.</summary>
    public IReadOnlyList<BrokenRecord> SetAside { get; private set; } = [];

    /// <summary>Reads the records and sweeps what a crash left. One process at a time may have a root open.</summary>
    /// <param name="root">Folder of the instance; "layers" lies in it, closed to everyone but root.</param>
    /// <param name="limits">Null: the defaults.</param>
    /// <param name="reserve">Gives room for a removal on a full disk; null: none.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="bootId">This run of the machine; null: unknown, and what was not synced is not found again.</param>
    public static LayerStore Open(string root, LayerLimits? limits = null, DiskReserve? reserve = null, TimeProvider? time = null, string? bootId = null)
    {
        var store = new LayerStore(root, limits ?? new LayerLimits(), reserve ?? DiskReserve.None, time ?? TimeProvider.System, bootId ?? "");
        HostPath.MakeDirectories(store._folder, Permissions.PrivateFolder);
        Staging.Sweep(store._staging);
        HostPath.MakeDirectories(store._staging, Permissions.PrivateFolder);
        store.Load(Staging.Sweep, store.MoveAside);
        return store;
    }

    /// <summary>For checks: reads the records and changes nothing. What an opening would sweep or set aside is told by <see cref="Swept"/> and <see cref="SetAside"/>.</summary>
    public static LayerStore Inspect(string root)
    {
        var store = new LayerStore(root, new LayerLimits(), DiskReserve.None, TimeProvider.System, "");
        store.Load(_ => { }, (folder, reason) => new BrokenRecord(Noun, Path.GetFileName(folder), folder, store._time.GetUtcNow(), reason));
        return store;
    }

    public bool Contains(DiffId diffId) => Find(diffId) is not null;

    public LayerRecord? Find(DiffId diffId)
    {
        lock (_gate)
        {
            return _table.Find(diffId);
        }
    }

    public IReadOnlyList<LayerRecord> List()
    {
        lock (_gate)
        {
            return [.. _table.Records];
        }
    }

    /// <summary>What all layers take, from their records.</summary>
    public (long Bytes, long Inodes) Usage
    {
        get
        {
            lock (_gate)
            {
                return (_table.SizeBytes, _table.Inodes);
            }
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
                pending = [.. _unsynced.Select(diffId => _table.Find(diffId)!)];
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

    /// <inheritdoc cref="SyncFileSystem"/>
    public Task SyncFileSystemAsync() => OwnThread.RunAsync("layer sync", SyncFileSystem);

    /// <summary>Removes a layer and frees its space before it returns; one that isn't there is fine. Nobody may have it mounted.</summary>
    /// <exception cref="IOException">It could not be moved, and is a layer as before, unless its folder has gone.</exception>
    public void Remove(DiffId diffId)
    {
        var trash = NewStagingPath();
        lock (_folderGate)
        {
            if (Forget(diffId) is not { } forgotten)
            {
                return;
            }

            try
            {
                _reserve.Write(() => HostPath.Rename(FolderOf(diffId), trash));
            }
            catch (IOException) when (Directory.Exists(FolderOf(diffId)))
            {
                Remember(forgotten.Record, forgotten.IsUnsynced);
                throw;
            }
        }

        WideRemoval.Remove(trash, Math.Clamp(Environment.ProcessorCount, 1, RemovalThreads));
    }

    /// <inheritdoc cref="Remove"/>
    public Task RemoveAsync(DiffId diffId) => OwnThread.RunAsync("layer removal", () => Remove(diffId));

    /// <summary>Sets a damaged layer aside with its files, on which containers may run: it can be pulled anew then.</summary>
    /// <returns>Where it lies now.</returns>
    public string MoveAside(DiffId diffId, string reason)
    {
        lock (_folderGate)
        {
            Forget(diffId);
            return MoveAside(FolderOf(diffId), reason).Path;
        }
    }

    /// <returns>Null: there is none.</returns>
    private (LayerRecord Record, bool IsUnsynced)? Forget(DiffId diffId)
    {
        lock (_gate)
        {
            var record = _table.Find(diffId);
            _table.Remove(diffId);
            var isUnsynced = _unsynced.Remove(diffId);
            return record is null ? null : (record, isUnsynced);
        }
    }

    private void Remember(LayerRecord record, bool isUnsynced)
    {
        lock (_gate)
        {
            _table.Set(record);
            if (isUnsynced)
            {
                _unsynced.Add(record.DiffId);
            }
        }
    }

    private void WriteRecord(LayerRecord record)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(LayerDocument.From(record), StorageJson.Default.LayerDocument);
        RecordFile.Write(Path.Combine(FolderOf(record.DiffId), RecordName), content);
        File.Delete(Path.Combine(FolderOf(record.DiffId), UnsyncedName));
    }

    private string FolderOf(DiffId diffId) => Path.Combine(_folder, $"{diffId.Digest.Algorithm}-{diffId.Digest.Hex}");

    /// <summary>A name for what is made on the layers' disk; what a crash leaves of it is swept.</summary>
    internal string NewStagingPath() => Path.Combine(_staging, Guid.NewGuid().ToString("N"));
}
