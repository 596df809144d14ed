using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

/// <summary>The layers that there are, with their sums. Its owner keeps callers apart.</summary>
internal sealed class LayerTable
{
    private readonly Dictionary<DiffId, LayerRecord> _records = [];

    public long SizeBytes { get; private set; }

    public long Inodes { get; private set; }

    public IEnumerable<DiffId> Ids => _records.Keys;

    public IEnumerable<LayerRecord> Records => _records.Values;

    public LayerRecord? Find(DiffId diffId) => _records.GetValueOrDefault(diffId);

    public void Set(LayerRecord record)
    {
        Remove(record.DiffId);
        _records[record.DiffId] = record;
        SizeBytes += record.SizeBytes;
        Inodes += record.Inodes;
    }

    public bool Remove(DiffId diffId)
    {
        if (!_records.Remove(diffId, out var record))
        {
            return false;
        }

        SizeBytes -= record.SizeBytes;
        Inodes -= record.Inodes;
        return true;
    }
}
