using System.Text.Json;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Snapshots;

/// <summary>The records of a root's snapshots, read without opening the store, which would sweep.</summary>
public static class SnapshotRecords
{
    /// <param name="root">Folder of the instance.</param>
    /// <returns>The layers under all containers' file trees.</returns>
    /// <exception cref="RuntimeException">DataLoss: a record can't be read.</exception>
    public static IReadOnlySet<DiffId> LayersIn(string root)
    {
        var folder = Path.Combine(Path.GetFullPath(root), SnapshotStore.FolderName);
        return !Directory.Exists(folder)
            ? new HashSet<DiffId>()
            : Directory.EnumerateDirectories(folder).Where(one => !Path.GetFileName(one).StartsWith('.')).SelectMany(one => Read(Path.Combine(one, SnapshotStore.RecordName))).ToHashSet();
    }

    private static DiffId[] Read(string path)
    {
        try
        {
            // None, or an empty one: the store sweeps such a snapshot.
            return RecordFile.TryRead(path, SnapshotStore.RecordLimitBytes) is { Json.Length: > 0 } content
                ? [.. JsonSerializer.Deserialize(content.Json, StorageJson.Default.SnapshotDocument)!.Layers.Select(layer => new DiffId(Digest.Parse(layer)))]
                : [];
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException or IOException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the record {path} can't be read: {damaged.Message}", damaged);
        }
    }
}
