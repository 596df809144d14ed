namespace CriSharp.Pods.Containers;

/// <summary>How containers have ended since the daemon started.</summary>
public sealed class EndFigures
{
    private readonly long[] _ends = new long[Reasons.Count];
    private long _lostMonitors;

    public static IReadOnlyList<string> Reasons { get; } = [ContainerEnd.Completed, ContainerEnd.Error, ContainerEnd.OutOfMemory, ContainerEnd.StatusUnknown];

    /// <summary>Monitors that died before their container.</summary>
    public long LostMonitors => Volatile.Read(ref _lostMonitors);

    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    public long Of(string reason) => Volatile.Read(ref _ends[IndexOf(reason)]);

    internal void Add(string reason) => Interlocked.Increment(ref _ends[IndexOf(reason)]);

    internal void AddLostMonitor() => Interlocked.Increment(ref _lostMonitors);

    private static int IndexOf(string reason) => Reasons.Index().First(one => one.Item == reason).Index;
}
