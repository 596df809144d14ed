using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    private readonly KeyedLock<(DiffId DiffId, string Origin)> _fetches = new();

    /// <summary>
    /// Waits for whoever fetches the layer from the same origin, however slowly it comes: a second download would only take of the same link.
    /// Taken before the turn among all origins, in which one who loses patience goes on beside the others.
    /// </summary>
    /// <returns>Null: the layer is here, or its origin is nobody else's.</returns>
    private async Task<IDisposable?> TakeTurnOfOriginAsync(LayerSource source, CancellationToken cancellationToken)
    {
        if (source.Origin is null)
        {
            return null;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = _fetches.LockAsync((source.DiffId, source.Origin), wait.Token);
        while (!turn.IsCompleted && !Contains(source.DiffId))
        {
            // Another origin may have been quicker.
            await Task.WhenAny(turn, Task.Delay(_limits.SharedPatience, _time, wait.Token));
        }

        await wait.CancelAsync();
        try
        {
            return await turn;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
