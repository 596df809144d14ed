using CriSharp.Oci;

namespace CriSharp.Images.Pulling;

/// <summary>Counts what one pull has done so far; written by its layers' tasks, read by whoever asks.</summary>
internal sealed class PullTracker(string reference, DateTimeOffset startedAt)
{
    private volatile IReadOnlyList<LayerTracker> _layers = [];
    private long _bytesTotal;

    /// <summary>Bottom first, each layer once; empty until the manifest is known.</summary>
    public IReadOnlyList<LayerTracker> Layers => _layers;

    /// <summary>The image turned out to be here, as the registry has it.</summary>
    public bool IsUpToDate { get; set; }

    /// <returns>One for each blob, in their order.</returns>
    public IReadOnlyList<LayerTracker> Expect(IReadOnlyCollection<Descriptor> blobs)
    {
        LayerTracker[] layers = [.. blobs.Select(blob => new LayerTracker(blob))];
        Volatile.Write(ref _bytesTotal, blobs.Sum(blob => blob.SizeBytes));
        _layers = layers;
        return layers;
    }

    public PullProgress Snapshot()
    {
        var layers = _layers;
        return new PullProgress
        {
            Reference = reference,
            LayersDone = layers.Count(layer => layer.IsDone),
            LayersTotal = layers.Count,
            BytesDone = layers.Sum(layer => layer.BytesDone),
            BytesTotal = Volatile.Read(ref _bytesTotal),
            StartedAt = startedAt,
            Layers = [.. layers.Select(layer => layer.Snapshot())],
        };
    }
}
