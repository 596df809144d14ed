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
    /// </summary>
    /// <returns>Null: the layer is here, or to be unpacked beside that one; who is done first has it.</returns>
    private async Task<IDisposable?> TakeTurnAsync(LayerSource source, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = _locks.LockAsync(source.DiffId, patience.Token);
        for (var getsOn = true; getsOn && !turn.IsCompleted && !Contains(source.DiffId);)
        {
            var before = Arrived(source);
            await Task.WhenAny(turn, Task.Delay(_limits.SharedPatience, _time, patience.Token));
            getsOn = Arrived(source) - before >= Math.Max(1, source.Blob.SizeBytes / MostWaits);
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

    /// <summary>How much of a layer's blob has come, for those who wait for it.</summary>
    private sealed class Arrival(IProgress<long>? next) : IProgress<long>
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public void Report(long value)
        {
            Volatile.Write(ref _bytes, value);
            next?.Report(value);
        }
    }
}
