namespace CriSharp.Images.Pulling;

/// <summary>Counts what one pull has done so far; written by its layers' tasks, read by whoever asks.</summary>
internal sealed class PullTracker(string reference, DateTimeOffset startedAt)
{
    private int _layersDone;
    private int _layersTotal;
    private long _bytesDone;
    private long _bytesTotal;

    public void Expect(int layers, long bytes)
    {
        Volatile.Write(ref _layersTotal, layers);
        Volatile.Write(ref _bytesTotal, bytes);
    }

    public void AddBytes(long count) => Interlocked.Add(ref _bytesDone, count);

    public void LayerDone() => Interlocked.Increment(ref _layersDone);

    public PullProgress Snapshot() => new()
    {
        Reference = reference,
        LayersDone = Volatile.Read(ref _layersDone),
        LayersTotal = Volatile.Read(ref _layersTotal),
        BytesDone = Volatile.Read(ref _bytesDone),
        BytesTotal = Volatile.Read(ref _bytesTotal),
        StartedAt = startedAt,
    };
}
