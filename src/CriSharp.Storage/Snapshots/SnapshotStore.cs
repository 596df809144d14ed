using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Snapshots;

/// <summary>
/// Snapshots of containers: snapshots/ID/{upper, work, snapshot.json}. The folder is closed to everyone but root, so that a setuid file
/// of an image can't be run from outside.
/// <para>The record is not synced: after a power cut containers are dead, and a snapshot without a record, or with an empty one, is swept.</para>
/// </summary>
public sealed class SnapshotStore
{
    private const string StagingName = ".staging";
    private const string EmptyName = ".empty";

    /// <summary>index and metacopy would read more from extended attributes than we want believed.</summary>
    internal static readonly IReadOnlyList<string> OverlayOptions = ["index=off", "metacopy=off"];

    internal const string FolderName = "snapshots";
    internal const string RecordName = "snapshot.json";
    internal const int RecordLimitBytes = 1 << 20;
    private const int IdLimit = 128;
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    private readonly string _folder;
    private readonly string _staging;
    private readonly LayerStore _layers;
    private readonly DiskReserve _reserve;

    private SnapshotStore(string root, LayerStore layers, DiskReserve reserve)
    {
        _reserve = reserve;
        _folder = Path.Combine(Path.GetFullPath(root), FolderName);
        _staging = Path.Combine(_folder, StagingName);
        _layers = layers;
    }

    /// <summary>Opens the store and sweeps what a crash left half made.</summary>
    /// <param name="reserve">Gives room for a removal on a full disk.</param>
    public static SnapshotStore Open(string root, LayerStore layers, DiskReserve? reserve = null)
    {
        var store = new SnapshotStore(root, layers, reserve ?? DiskReserve.None);
        HostPath.MakeDirectories(store._folder, Permissions.PrivateFolder);
        Staging.Sweep(store._staging);
        HostPath.MakeDirectories(store._staging, Permissions.PrivateFolder);
        HostPath.MakeDirectories(Path.Combine(store._folder, EmptyName), Permissions.PublicFolder);
        foreach (var folder in Directory.EnumerateDirectories(store._folder).ToList())
        {
            // Only a power cut leaves an empty record: its name had reached the disk, its content had not.
            if (!Path.GetFileName(folder).StartsWith('.') && new FileInfo(Path.Combine(folder, RecordName)) is not { Exists: true, Length: > 0 })
            {
                Staging.Sweep(folder);
            }
        }

        return store;
    }

    /// <summary>Makes a snapshot over the layers of an image.</summary>
    /// <param name="id">Letters, digits, "_", ".", "-"; not beginning with a dot; at most 128 characters.</param>
    /// <param name="layers">Bottom first. The same one twice is fine; none gives an empty root.</param>
    /// <param name="ids">Null: those of the host.</param>
    /// <exception cref="RuntimeException">AlreadyExists; FailedPrecondition: a layer is missing; ResourceExhausted: more than 500 layers, or no space.</exception>
    public Snapshot Prepare(string id, IReadOnlyList<DiffId> layers, SnapshotIds? ids = null)
    {
        var folder = FolderOf(id);
        if (Directory.Exists(folder))
        {
            throw new RuntimeException(ErrorKind.AlreadyExists, $"snapshot {id} is there already");
        }

        var stack = _layers.Stack(layers);
        if (stack.Count > OverlayMount.LowerLimit)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"snapshot {id}: the image has {stack.Count} layers, overlayfs takes {OverlayMount.LowerLimit}");
        }

        var staging = Path.Combine(_staging, Guid.NewGuid().ToString("N"));
        try
        {
            HostPath.MakeDirectories(Path.Combine(staging, "upper"), Permissions.PublicFolder);
            HostPath.MakeDirectories(Path.Combine(staging, "work"), Permissions.PrivateFolder);
            using (var upper = DirectoryTree.Open(Path.Combine(staging, "upper"), PathResolution.Strict))
            {
                ImpliedFolders.Dress(upper, stack, _layers, ids);
            }

            var document = new SnapshotDocument { Version = SnapshotDocument.CurrentVersion, Layers = [.. layers.Select(layer => layer.ToString())] };
            var json = JsonSerializer.SerializeToUtf8Bytes(document, StorageJson.Default.SnapshotDocument);
            File.WriteAllBytes(Path.Combine(staging, RecordName), DocumentChecksum.Add(json));
            HostPath.Rename(staging, folder);
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.ENOSPC or Errno.EDQUOT)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"preparing snapshot {id}: no space (or no inode) is left in {_folder}", failure);
        }
        finally
        {
            TreeRemoval.Remove(staging);
        }

        return ToSnapshot(id, layers, stack);
    }

    /// <returns>null when there is none.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: one of its layers is gone. DataLoss: its record can't be read.</exception>
    public Snapshot? Find(string id) => LayersOf(id) is { } layers ? ToSnapshot(id, layers, _layers.Stack(layers)) : null;

    /// <summary>The layers under a snapshot, bottom first, those that are gone as well.</summary>
    /// <returns>null when there is none.</returns>
    /// <exception cref="RuntimeException">DataLoss: its record can't be read.</exception>
    public IReadOnlyList<DiffId>? LayersOf(string id)
    {
        var path = Path.Combine(FolderOf(id), RecordName);
        try
        {
            if (RecordFile.TryRead(path, RecordLimitBytes) is not { } content)
            {
                return null;
            }

            var document = JsonSerializer.Deserialize(content.Json, StorageJson.Default.SnapshotDocument) ?? throw new FormatException("it is null");
            content.RequireVersion(document.Version, SnapshotDocument.CurrentVersion);
            return [.. document.Layers.Select(layer => new DiffId(Digest.Parse(layer)))];
        }
        catch (Exception failure) when (failure is JsonException or FormatException or IOException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"snapshot {id}: {path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The layers that all snapshots together name.</summary>
    /// <exception cref="RuntimeException">DataLoss: a record can't be read.</exception>
    public IReadOnlySet<DiffId> LayersOfAll() => List().SelectMany(id => LayersOf(id) ?? []).ToHashSet();

    public bool Exists(string id) => Directory.Exists(FolderOf(id));

    public IReadOnlyList<string> List() =>
        [.. Directory.EnumerateDirectories(_folder).Select(folder => Path.GetFileName(folder)!).Where(name => !name.StartsWith('.'))];

    /// <summary>What the container has written; walks its tree.</summary>
    /// <exception cref="RuntimeException">NotFound.</exception>
    public TreeUsage UsageOf(string id, CancellationToken cancellationToken = default)
    {
        try
        {
            return TreeUsage.Measure(Path.Combine(FolderOf(id), "upper"), cancellationToken);
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
        {
            throw new RuntimeException(ErrorKind.NotFound, $"snapshot {id} is not there", failure);
        }
    }

    /// <summary>Mounts the snapshot; mounted there already is fine.</summary>
    /// <param name="target">A folder that is there.</param>
    /// <param name="ids">As the snapshot was prepared.</param>
    /// <param name="selinuxContext">What all its files are labelled with; null leaves their own.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: something else is mounted there.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "A verb of the store, like its others.")]
    public void Mount(Snapshot snapshot, string target, SnapshotIds? ids = null, string? selinuxContext = null)
    {
        if (MountTable.IsMountPoint(target))
        {
            RequireMountOf(snapshot, target);
            return;
        }

        string[] options = [.. selinuxContext is null ? [] : (string[])[$"context={selinuxContext}"], .. OverlayOptions];

        // Devices belong on the container's /dev.
        if (ids is null)
        {
            OverlayMount.Mount(snapshot.LowerPaths, snapshot.UpperPath, snapshot.WorkPath, target, MountFlags.NoDevices, options);
            return;
        }

        using var userNamespace = NamespaceFile.Open(ids.UserNamespacePath);
        IdMappedOverlay.Mount(snapshot.LowerPaths, snapshot.UpperPath, snapshot.WorkPath, userNamespace, target, MountFlags.NoDevices, options);
    }

    /// <summary>Whether snapshots can be mounted with <see cref="SnapshotIds"/> here: it is tried, with a user namespace that maps user 0.</summary>
    /// <returns>Null, or why not.</returns>
    public string? TryIdMapped(SafeFileHandle userNamespace, IdMapping users)
    {
        var (folder, lower) = (Path.Combine(_staging, Guid.NewGuid().ToString("N")), _layers.NewStagingPath());
        try
        {
            HostPath.MakeDirectories(folder, Permissions.PrivateFolder);
            HostPath.MakeDirectories(lower, Permissions.PrivateFolder);
            return IdMappedProbe.Run(folder, lower, userNamespace, users);
        }
        finally
        {
            TreeRemoval.Remove(folder);
            TreeRemoval.Remove(lower);
        }
    }

    /// <summary>Unmounts; not mounted is fine. Where a process still has it open it leaves the tree now and goes with its last user.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "A verb of the store, like its others.")]
    public void Unmount(string target)
    {
        try
        {
            Mounting.Unmount(target);
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EBUSY)
        {
            Mounting.Unmount(target, lazy: true);
        }
    }

    /// <summary>Removes a snapshot (unmounted before) with all that the container wrote; one that isn't there is fine.</summary>
    public void Remove(string id)
    {
        var trash = Path.Combine(_staging, Guid.NewGuid().ToString("N"));
        try
        {
            _reserve.Write(() => HostPath.Rename(FolderOf(id), trash));
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
        {
            return;
        }

        TreeRemoval.Remove(trash);
    }

    private static void RequireMountOf(Snapshot snapshot, string target)
    {
        var mounted = MountTable.Read().Last(entry => entry.Target == target);
        if (mounted.Type != "overlay" || !mounted.SuperOptions.Split(',').Contains("upperdir=" + snapshot.UpperPath))
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"snapshot {snapshot.Id} can't be mounted at {target}: {mounted.Type} {mounted.Source} is mounted there");
        }
    }

    private Snapshot ToSnapshot(string id, IReadOnlyList<DiffId> layers, IReadOnlyList<LayerRecord> stack) => new()
    {
        Id = id,
        Layers = layers,
        LowerPaths = stack.Count == 0 ? [Path.Combine(_folder, EmptyName)] : [.. stack.Select(layer => _layers.TreePath(layer.DiffId))],
        UpperPath = Path.Combine(FolderOf(id), "upper"),
        WorkPath = Path.Combine(FolderOf(id), "work"),
    };

    private string FolderOf(string id) => id.Length is > 0 and <= IdLimit && id[0] != '.' && !id.AsSpan().ContainsAnyExcept(IdCharacters)
        ? Path.Combine(_folder, id)
        : throw new RuntimeException(ErrorKind.InvalidArgument, $"\"{id}\" cannot be a snapshot's id");
}
