using System.Collections.Concurrent;
using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    /// <summary>Nobody is waited for who would take longer than so many times the patience.</summary>
    private const int MostWaits = 20;

    private readonly ConcurrentDictionary<DiffId, Arrival> _arrivals = new();

    /// <summary>
    /// Waits for whoever is unpacking the layer, as long as it gets on there: a registry that is slow, or means harm, must not keep the layer from images of others.
    /// Once its blob has come whole what is left is this machine's work, which nobody else does sooner.
    /// </summary>
    /// <returns>Null: the layer is here, or to be unpacked beside that one; who is done first has it.</returns>
    private async Task<IDisposable?> TakeTurnAsync(LayerSource source, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = _locks.LockAsync(source.DiffId, patience.Token);
        var getsOn = true;
        for (var waits = 0; getsOn && waits < MostWaits && !turn.IsCompleted && !Contains(source.DiffId); waits++)
        {
            var before = Arrived(source);
            await Task.WhenAny(turn, Task.Delay(_limits.SharedPatience, _time, patience.Token));
            getsOn = HasArrived(source.DiffId) || Arrived(source) - before >= Math.Max(1, source.Blob.SizeBytes / MostWaits);
        }

        await patience.CancelAsync();
        try
        {
            // It may have come at the last moment.
            return await turn;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>More than the blob has is no progress.</summary>
    private long Arrived(LayerSource source) => _arrivals.TryGetValue(source.DiffId, out var arrival) ? Math.Min(arrival.Bytes, source.Blob.SizeBytes) : 0;

    /// <summary>Of the blob that is being unpacked there, which may be compressed otherwise.</summary>
    private bool HasArrived(DiffId diffId) => _arrivals.TryGetValue(diffId, out var arrival) && arrival.IsWhole;

    /// <summary>How much of a layer's blob has come, for those who wait for it.</summary>
    private sealed class Arrival(long sizeBytes, IProgress<long>? next) : IProgress<long>
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public bool IsWhole => Bytes >= sizeBytes;

        public void Report(long value)
        {
            Volatile.Write(ref _bytes, value);
            next?.Report(value);
        }
    }
}
