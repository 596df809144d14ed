using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

/// <summary>
/// Gives back the disk of layers and documents that nobody needs: no image, no pull under way, and no container's file tree, which may have
/// outlived the record of its image.
/// </summary>
/// <param name="layersInUse">The layers under the containers' file trees, asked anew each time. Where it fails no layer is freed: better too full than broken.</param>
public sealed partial class FreeUnusedLayers(
    ImageStore images, ContentStore content, LayerStore layers, Func<IEnumerable<DiffId>> layersInUse, ILogger<FreeUnusedLayers> logger)
{
    private const int MostRemovalsAtOnce = 4;

    /// <summary>
    /// At start: what a crash in the middle of a pull or a removal left behind. Layers that a pull had done when the daemon was killed are kept for its retry.
    /// </summary>
    /// <param name="keepForRetry">How long; zero: not at all.</param>
    public async Task SweepAsync(TimeSpan keepForRetry, TimeProvider time, CancellationToken cancellationToken)
    {
        IReadOnlyList<DiffId> kept = keepForRetry > TimeSpan.Zero ? layers.Unsynced() : [];
        DiffId[] candidates = [.. layers.List().Select(layer => layer.DiffId).Except(kept)];
        var freed = await RunAsync(candidates, [.. content.List()], cancellationToken);
        if (freed > 0)
        {
            Swept(freed);
        }

        if (kept.Count > 0)
        {
            _ = SweepLaterAsync(kept, keepForRetry, time);
        }
    }

    /// <summary>Layers that nobody needs at this moment; a failed pull keeps some for its retry. Empty where it can't be told.</summary>
    public IReadOnlyList<LayerRecord> UnusedLayers()
    {
        if (TryLayersInUse() is not { } inUse)
        {
            return [];
        }

        return [.. layers.List().Where(layer => !images.LayerLeases.IsLeased(layer.DiffId) && !images.Uses(layer.DiffId) && !inUse.Contains(layer.DiffId))];
    }

    /// <summary>Manifests and configurations that no image has.</summary>
    public IReadOnlyList<Digest> UnusedDocuments() => [.. content.List().Where(document => !images.Uses(document))];

    /// <summary>Frees a layer, unless somebody needs it by now.</summary>
    public Task FreeAsync(DiffId layer, CancellationToken cancellationToken) => RunAsync([layer], [], cancellationToken);

    /// <summary>Frees a document, unless an image has it by now.</summary>
    public Task FreeAsync(Digest document, CancellationToken cancellationToken) => RunAsync([], [document], cancellationToken);

    /// <summary>Before an image is fetched: frees those of its layers that are here with files of other lower layers than it has, unless somebody needs them so.</summary>
    /// <param name="bottomFirst">Its layers, each once.</param>
    internal async Task FreeMisfitsAsync(IReadOnlyList<DiffId> bottomFirst, CancellationToken cancellationToken)
    {
        DiffId[] misfits = [.. bottomFirst.Where((layer, below) => !layers.Fits(layer, bottomFirst.Take(below)))];
        if (misfits.Length > 0)
        {
            await RunAsync(misfits, [], cancellationToken);
        }
    }

    /// <summary>Frees those of the candidates that nobody needs, before it returns. One that can't be removed keeps no other; its failure, or the first of them, is thrown in the end.</summary>
    /// <returns>How many layers were freed.</returns>
    internal async Task<int> RunAsync(
        IReadOnlyCollection<DiffId> layerCandidates, IReadOnlyCollection<Digest> documentCandidates, CancellationToken cancellationToken)
    {
        await images.ExclusivelyAsync(() => FreeDocuments(documentCandidates), cancellationToken);
        if (TryLayersInUse() is not { } inUse)
        {
            return 0;
        }

        // Asked once: of a layer that no image has, no container's tree can be made any more.
        var freed = 0;
        var failures = new ConcurrentQueue<Exception>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, MostRemovalsAtOnce), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(layerCandidates.Distinct(), parallel, async (layer, _) =>
        {
            // The claim comes first: a pull that ended before it has made its image visible by now.
            using var claim = images.LayerLeases.TryClaim(layer);
            if (claim is null || images.Uses(layer) || inUse.Contains(layer))
            {
                return;
            }

            try
            {
                await layers.RemoveAsync(layer);
                Interlocked.Increment(ref freed);
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        });
        if (failures.TryDequeue(out var first))
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return freed;
    }

    private async Task SweepLaterAsync(IReadOnlyList<DiffId> kept, TimeSpan keepForRetry, TimeProvider time)
    {
        try
        {
            await Task.Delay(keepForRetry, time);
            await RunAsync(kept, [], CancellationToken.None);
        }
        catch (Exception failure)
        {
            KeptLayersStay(failure);
        }
    }

    private HashSet<DiffId>? TryLayersInUse()
    {
        try
        {
            return [.. layersInUse()];
        }
        catch (RuntimeException unknown)
        {
            LayersStay(unknown);
            return null;
        }
    }

    private void FreeDocuments(IReadOnlyCollection<Digest> candidates)
    {
        foreach (var document in candidates.Where(document => !images.Uses(document)))
        {
            content.Remove(document);
        }
    }

    [LoggerMessage(310, LogLevel.Information, "Freed {Count} layers that no image needs")]
    private partial void Swept(int count);

    [LoggerMessage(312, LogLevel.Warning, "Layers of a pull that was cut off by the daemon's end could not be freed; the next start does it")]
    private partial void KeptLayersStay(Exception failure);

    [LoggerMessage(311, LogLevel.Error, "No layer is freed, since it can't be told which ones the containers use")]
    private partial void LayersStay(Exception unknown);
}
