using CriSharp.Oci;

namespace CriSharp.Images;

/// <summary>
/// Layers that pulls under way count on, whether they are on disk yet or not: nobody frees them. A pull that wants a layer which is being freed
/// just now waits for that to end, and fetches the layer anew.
/// </summary>
internal sealed class LayerLeases
{
    private readonly Dictionary<DiffId, int> _leases = [];
    private readonly Dictionary<DiffId, TaskCompletionSource> _beingFreed = [];

    public async Task<IDisposable> LeaseAsync(IReadOnlyCollection<DiffId> layers, CancellationToken cancellationToken)
    {
        Task[] removals;
        lock (_leases)
        {
            foreach (var layer in layers)
            {
                _leases[layer] = _leases.GetValueOrDefault(layer) + 1;
            }

            removals = [.. layers.Where(_beingFreed.ContainsKey).Select(layer => _beingFreed[layer].Task)];
        }

        var lease = new LayerLease(this, layers);
        try
        {
            await Task.WhenAll(removals).WaitAsync(cancellationToken);
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public bool IsLeased(DiffId layer)
    {
        lock (_leases)
        {
            return _leases.ContainsKey(layer);
        }
    }

    /// <summary>The right to free a layer, until the claim is disposed; null where a pull counts on it or somebody else is at it.</summary>
    public IDisposable? TryClaim(DiffId layer)
    {
        lock (_leases)
        {
            if (_leases.ContainsKey(layer) || _beingFreed.ContainsKey(layer))
            {
                return null;
            }

            _beingFreed[layer] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new FreeingClaim(this, layer);
        }
    }

    private void EndLease(IReadOnlyCollection<DiffId> layers)
    {
        lock (_leases)
        {
            foreach (var layer in layers)
            {
                if (--_leases[layer] == 0)
                {
                    _leases.Remove(layer);
                }
            }
        }
    }

    private void EndClaim(DiffId layer)
    {
        TaskCompletionSource? freed;
        lock (_leases)
        {
            _beingFreed.Remove(layer, out freed);
        }

        freed?.TrySetResult();
    }

    private sealed class LayerLease(LayerLeases owner, IReadOnlyCollection<DiffId> layers) : IDisposable
    {
        private LayerLeases? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.EndLease(layers);
    }

    private sealed class FreeingClaim(LayerLeases owner, DiffId layer) : IDisposable
    {
        private LayerLeases? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.EndClaim(layer);
    }
}
