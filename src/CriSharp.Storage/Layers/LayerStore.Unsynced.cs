using System.Text.Json;
using CriSharp.Linux.Files;
using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    private const string UnsyncedName = "unsynced.json";

    /// <summary>Whole, but no image of this or an earlier daemon has had them synced: what a pull that was cut off had done.</summary>
    public IReadOnlyList<DiffId> Unsynced()
    {
        lock (_gate)
        {
            return [.. _unsynced];
        }
    }

    /// <summary>Not synced itself: it counts only as long as the kernel lives that holds it.</summary>
    private void WriteUnsynced(LayerRecord record, string staging)
    {
        var document = LayerDocument.From(record) with { BootId = _bootId };
        using var file = HostPath.Open(Path.Combine(staging, UnsyncedName), OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile);
        FileDescriptor.WriteAll(file, DocumentChecksum.Add(JsonSerializer.SerializeToUtf8Bytes(document, StorageJson.Default.LayerDocument)));
    }

    /// <returns>null: there is none, or it is of another boot, after which nobody knows what has reached the disk; a power cut may have left any bytes.</returns>
    private LayerRecord? TryReadUnsynced(string folder)
    {
        try
        {
            return TryReadDocument(folder, UnsyncedName) is { } document && _bootId.Length > 0 && document.BootId == _bootId ? RecordOf(document, folder) : null;
        }
        catch (Exception broken) when (broken is JsonException or FormatException or IOException)
        {
            return null;
        }
    }
}
