using System.Text.Json;
using CriSharp.Linux.Files;
using CriSharp.Storage.Content;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    private void Load(Action<string> sweep, Func<string, string, BrokenRecord> moveAside)
    {
        var swept = new List<string>();
        var setAside = new List<BrokenRecord>();
        foreach (var folder in Folders().Where(folder => Path.GetFileName(folder) != StagingName).ToList())
        {
            try
            {
                var record = TryReadRecord(folder);
                if (record is null && TryReadUnsynced(folder) is { } unsynced)
                {
                    record = unsynced;
                    _unsynced.Add(unsynced.DiffId);
                }

                if (record is null)
                {
                    swept.Add(folder);
                    sweep(folder);
                    continue;
                }

                _table.Set(record);
                if (Verify(record.DiffId) is { } damage)
                {
                    _table.Remove(record.DiffId);
                    _unsynced.Remove(record.DiffId);
                    setAside.Add(moveAside(folder, $"it {damage}"));
                }
            }
            catch (Exception broken) when (broken is JsonException or FormatException or IOException)
            {
                setAside.Add(moveAside(folder, $"its record can't be used: {broken.Message}"));
            }
        }

        (Swept, SetAside) = (swept, setAside);
    }

    private IEnumerable<string> Folders() => Directory.Exists(_folder) ? Directory.EnumerateDirectories(_folder) : [];

    private BrokenRecord MoveAside(string folder, string reason)
    {
        var entry = new BrokenRecord(Noun, Path.GetFileName(folder), folder, _time.GetUtcNow(), reason);
        try
        {
            return entry with { Path = _broken.SetAside(entry.Noun, entry.Id, folder, reason) };
        }
        catch (IOException failure)
        {
            return entry with { Reason = $"{reason}; it could not be moved: {failure.Message}" };
        }
    }

    /// <returns>null: a crash came before the layer was known to be on disk.</returns>
    private LayerRecord? TryReadRecord(string folder) => TryReadDocument(folder, RecordName) is { } document ? RecordOf(document, folder) : null;

    private static LayerDocument? TryReadDocument(string folder, string name)
    {
        if (RecordFile.TryRead(Path.Combine(folder, name), RecordLimitBytes) is not { } content || !Directory.Exists(Path.Combine(folder, TreeName)))
        {
            return null;
        }

        var document = JsonSerializer.Deserialize(content.Json, StorageJson.Default.LayerDocument) ?? throw new FormatException("it is null");
        content.RequireVersion(document.Version, LayerDocument.CurrentVersion);
        return document;
    }

    private LayerRecord RecordOf(LayerDocument document, string folder)
    {
        var record = document.ToRecord();
        return FolderOf(record.DiffId) == folder ? record : throw new FormatException($"it is about {record.DiffId}, which is not what its folder says");
    }
}
