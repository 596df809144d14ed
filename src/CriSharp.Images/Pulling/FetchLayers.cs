using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Pulling;

/// <summary>
/// Brings the layers of images onto the disk, several at a time, those that are here already for free. Pulls that want the same layer at the same
/// time share one download (<see cref="LayerStore.UnpackAsync"/>); one that waited for a download which then failed, or that
/// hardly gets on from another registry, fetches the layer itself.
/// </summary>
internal sealed class FetchLayers(LayerStore layers, PullOptions options, TimeProvider time)
{
    private readonly LayerSlots _slots = new(options.ParallelLayers, options.LayersOfNode);

    /// <returns>The layers' records, each layer once, bottom first.</returns>
    public async Task<IReadOnlyList<LayerRecord>> RunAsync(
        IImageSource origin, RemoteImage image, PullTracker tracker, CancellationToken cancellationToken)
    {
        var wanted = image.DistinctLayers();
        var trackers = tracker.Expect([.. wanted.Select(layer => layer.Blob)]);

        // Fires when: the callers of the pull have gone (cancellationToken), or one layer failed, which ends the others.
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slots = _slots.Open();
        var tasks = new List<Task<LayerRecord>>();
        foreach (var ((diffId, blob), progress) in wanted.Zip(trackers))
        {
            if (layers.Contains(diffId))
            {
                progress.Done();
            }

            // Slots are given in this order, so a layer never has one while a layer under it still waits for its own.
            Task<LayerRecord>[] lowers = [.. tasks];
            tasks.Add(InSlotAsync(slots, together, () => FetchAsync(origin, image, diffId, blob, lowers, progress, together.Token)));
        }

        try
        {
            return await Task.WhenAll(tasks);
        }
        catch (Exception) when (FirstFault(tasks) is { } fault)
        {
            // WhenAll tells any failure; the one that ended the others is the one to know.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
            throw;
        }
    }

    private static Exception? FirstFault(List<Task<LayerRecord>> tasks) =>
        tasks.FirstOrDefault(task => task.IsFaulted)?.Exception?.InnerException;

    private static async Task<LayerRecord> InSlotAsync(LayerSlots.Image slots, CancellationTokenSource together, Func<Task<LayerRecord>> fetchAsync)
    {
        using var slot = await slots.TakeAsync(together.Token);
        try
        {
            return await fetchAsync();
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }

    private async Task<LayerRecord> FetchAsync(
        IImageSource origin, RemoteImage image, DiffId diffId, Descriptor blob, Task<LayerRecord>[] lowers, LayerTracker progress, CancellationToken cancellationToken)
    {
        using var span = Operation.Span("layer");
        span?.Tag("crisharp.digest", blob.Digest.ToString());
        span?.Tag("crisharp.bytes", blob.SizeBytes);

        // Nothing is fetched unless it is read: not for a layer that is here, nor for one that another pull is unpacking.
        await using var content = origin.OpenBlob(blob);
        var source = new LayerSource
        {
            Content = content,
            Blob = blob,
            DiffId = diffId,
            Origin = origin.Registry,
            FileName = image.Artifact?.NameOf(diffId),
            LowersAsync = async token => [.. (await Task.WhenAll(lowers).WaitAsync(options.LowerLayersTimeLimit, time, token)).Select(lower => lower.DiffId)],
        };
        var record = await layers.UnpackAsync(source, progress, cancellationToken);
        span?.Tag("crisharp.bytes_fetched", progress.BytesFetched);
        progress.Done();
        return record;
    }
}
