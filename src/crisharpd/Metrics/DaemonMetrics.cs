using System.Globalization;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.Metrics;

/// <summary>What the daemon's own process takes, under the names that Prometheus' clients use; and which daemon it is.</summary>
internal sealed class DaemonMetrics(TimeProvider time) : IMetricSource
{
    private readonly double _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    public IEnumerable<Metric> Collect()
    {
        var version = DaemonVersion.Document;
        var build = new Sample(1, ("version", version.Version), ("framework", version.Framework), ("native", version.AheadOfTime ? "true" : "false"));
        return
        [
            Metric.Gauge("crisharp_build_info", "Which daemon answers; always 1.", build),
            Metric.Gauge("crisharp_gc_heap_bytes", "Memory that the garbage collector has committed.", new Sample(GC.GetGCMemoryInfo().TotalCommittedBytes)),
            Metric.Gauge("process_resident_memory_bytes", "Resident memory.", new Sample(Environment.WorkingSet)),
            Metric.Gauge("process_open_fds", "Open descriptors.", new Sample(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count())),
            Metric.Gauge("process_threads", "Threads.", new Sample(Threads())),
            Metric.Gauge("process_start_time_seconds", "When the daemon started, in seconds since 1970.", new Sample(_startedAt)),
        ];
    }

    // "Threads:\t18", proc_pid_status(5)
    private static int Threads() =>
        int.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Threads:", StringComparison.Ordinal))[8..], CultureInfo.InvariantCulture);
}
