using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Containers;

/// <summary>
/// What the containers have written, for the kubelet's eviction manager. Their trees are walked in the background, at most once in a while:
/// whoever asks gets the last figures at once.
/// </summary>
public sealed class ContainerFileSystem(SnapshotStore snapshots, PodsOptions options)
{
    /// <summary>The kubelet asks every ten seconds.</summary>
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private ContainerFileSystemUsage? _last;
    private Dictionary<string, TreeUsage> _lastOfEach = [];
    private long _lastTimestamp;
    private Task? _walk;

    /// <summary>Waits only for the very first walk.</summary>
    public async Task<ContainerFileSystemUsage> UsageAsync(CancellationToken cancellationToken)
    {
        Task? walk;
        lock (_gate)
        {
            WalkWhenDue();
            walk = _last is null ? _walk : null;
        }

        if (walk is not null)
        {
            await walk.WaitAsync(cancellationToken);
        }

        return _last!;
    }

    /// <summary>What one container has written, as the last walk found it; never waits.</summary>
    /// <returns>Null: no walk has come by yet, or could not read it.</returns>
    public ContainerFileSystemUsage? TryUsageOf(ContainerId id)
    {
        lock (_gate)
        {
            WalkWhenDue();
            return _last is { } last && _lastOfEach.TryGetValue(id.ToString(), out var usage)
                ? last with { UsedBytes = usage.AllocatedBytes, UsedInodes = usage.Inodes }
                : null;
        }
    }

    /// <summary>As <see cref="TryUsageOf"/>, but waits for what is new to be measured, and no longer than that.</summary>
    public async Task<ContainerFileSystemUsage?> UsageOfAsync(ContainerId id, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (TryUsageOf(id) is { } known)
        {
            return known;
        }

        try
        {
            await MeasureNewAsync(id).WaitAsync(patience, options.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The walk goes on; who asks next gets what it has found.
        }

        return TryUsageOf(id);
    }

    private async Task MeasureNewAsync(ContainerId id)
    {
        await UsageAsync(CancellationToken.None);
        if (TryUsageOf(id) is null && await Task.Run(() => TryMeasure(id.ToString())) is { } usage)
        {
            lock (_gate)
            {
                _lastOfEach.TryAdd(id.ToString(), usage);
            }
        }
    }

    private void WalkWhenDue()
    {
        if (_walk is null && (_last is null || options.Time.GetElapsedTime(_lastTimestamp) > MaximumAge))
        {
            _walk = Task.Run(Walk, CancellationToken.None);
        }
    }

    private void Walk()
    {
        try
        {
            var found = Measure();
            var all = new ContainerFileSystemUsage(
                options.Folders.Root, found.Values.Sum(usage => usage.AllocatedBytes), found.Values.Sum(usage => usage.Inodes), options.Time.GetUtcNow());
            lock (_gate)
            {
                (_last, _lastOfEach) = (all, found);
                _lastTimestamp = options.Time.GetTimestamp();
            }
        }
        finally
        {
            // Also after a walk that failed: the next one may not.
            lock (_gate)
            {
                _walk = null;
            }
        }
    }

    private Dictionary<string, TreeUsage> Measure()
    {
        var found = new Dictionary<string, TreeUsage>(StringComparer.Ordinal);
        foreach (var id in snapshots.List())
        {
            if (TryMeasure(id) is { } usage)
            {
                found[id] = usage;
            }
        }

        return found;
    }

    /// <returns>Null: its container has been removed meanwhile, or the disk can't read it. The others are told all the same.</returns>
    private TreeUsage? TryMeasure(string id)
    {
        try
        {
            return snapshots.UsageOf(id);
        }
        catch (Exception failure) when (failure is RuntimeException { Kind: ErrorKind.NotFound } or IOException)
        {
            return null;
        }
    }
}

/// <param name="MountPoint">An existing folder of that file system.</param>
/// <param name="At">When it was measured.</param>
public sealed record ContainerFileSystemUsage(string MountPoint, long UsedBytes, long UsedInodes, DateTimeOffset At);
