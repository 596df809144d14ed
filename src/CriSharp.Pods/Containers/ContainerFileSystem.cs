using CriSharp.Pods.Persistence;
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
    private long _lastTimestamp;
    private Task? _walk;

    /// <summary>Waits only for the very first walk.</summary>
    public async Task<ContainerFileSystemUsage> UsageAsync(CancellationToken cancellationToken)
    {
        Task? walk;
        lock (_gate)
        {
            if (_walk is null && (_last is null || options.Time.GetElapsedTime(_lastTimestamp) > MaximumAge))
            {
                _walk = Task.Run(Walk, CancellationToken.None);
            }

            walk = _last is null ? _walk : null;
        }

        if (walk is not null)
        {
            await walk.WaitAsync(cancellationToken);
        }

        return _last!;
    }

    private void Walk()
    {
        long bytes = 0, inodes = 0;
        foreach (var id in snapshots.List())
        {
            try
            {
                var usage = snapshots.UsageOf(id);
                bytes += usage.AllocatedBytes;
                inodes += usage.Inodes;
            }
            catch (RuntimeException removed) when (removed.Kind == ErrorKind.NotFound)
            {
                // It was there a moment ago: its container has been removed.
            }
        }

        lock (_gate)
        {
            _last = new ContainerFileSystemUsage(options.Folders.Root, bytes, inodes, options.Time.GetUtcNow());
            _lastTimestamp = options.Time.GetTimestamp();
            _walk = null;
        }
    }
}

/// <param name="MountPoint">An existing folder of that file system.</param>
/// <param name="At">When it was measured.</param>
public sealed record ContainerFileSystemUsage(string MountPoint, long UsedBytes, long UsedInodes, DateTimeOffset At);
