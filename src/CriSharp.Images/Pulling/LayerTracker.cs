using CriSharp.Oci;

namespace CriSharp.Images.Pulling;

/// <summary>Counts what has come of one layer; written where its bytes are read, not posted to a thread of the pool as Progress&lt;T&gt; does.</summary>
internal sealed class LayerTracker(Descriptor blob) : IProgress<long>
{
    private long _bytes;
    private volatile bool _isDone;

    public bool IsDone => _isDone;

    /// <summary>Compressed bytes that came for this pull.</summary>
    public long BytesFetched => Volatile.Read(ref _bytes);

    /// <summary>Compressed bytes; of a layer that is here all of them.</summary>
    public long BytesDone => _isDone ? blob.SizeBytes : Volatile.Read(ref _bytes);

    /// <param name="value">Bytes so far, never fewer than before.</param>
    public void Report(long value) => Volatile.Write(ref _bytes, value);

    public void Done() => _isDone = true;

    public LayerProgress Snapshot()
    {
        var isDone = _isDone;
        var bytes = Volatile.Read(ref _bytes);
        var stage = (isDone, bytes) switch
        {
            (true, 0) => LayerStage.Present,
            (true, _) => LayerStage.Done,
            (_, 0) => LayerStage.Waiting,
            _ when bytes >= blob.SizeBytes => LayerStage.Unpacking,
            _ => LayerStage.Downloading,
        };
        return new LayerProgress(blob, stage, isDone ? blob.SizeBytes : bytes);
    }
}
