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
        var collections = Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => Collections(generation)).ToArray();
        return
        [
            Metric.Gauge("crisharp_build_info", "Which daemon answers; always 1.", build),
            Metric.Gauge("crisharp_gc_heap_bytes", "Memory that the garbage collector has committed.", new Sample(GC.GetGCMemoryInfo().TotalCommittedBytes)),
            Metric.Gauge("crisharp_gc_live_bytes", "Memory of objects, those included that the next collection frees.", new Sample(GC.GetTotalMemory(forceFullCollection: false))),
            Metric.Counter("crisharp_gc_allocated_bytes_total", "Memory that was given to objects.", new Sample(GC.GetTotalAllocatedBytes())),
            Metric.Counter("crisharp_gc_collections_total", "Garbage collections, by the oldest generation that each looked at.", collections),
            Metric.Counter("crisharp_gc_pause_seconds_total", "How long the garbage collector has stopped all threads.", new Sample(GC.GetTotalPauseDuration().TotalSeconds)),
            Metric.Gauge("crisharp_thread_pool_threads", "Threads of the pool.", new Sample(ThreadPool.ThreadCount)),
            Metric.Gauge("crisharp_thread_pool_queue_length", "Work that waits for a thread of the pool.", new Sample(ThreadPool.PendingWorkItemCount)),
            Metric.Counter("process_cpu_seconds_total", "CPU time in user and kernel mode.", new Sample(Environment.CpuUsage.TotalTime.TotalSeconds)),
            Metric.Gauge("process_resident_memory_bytes", "Resident memory.", new Sample(Environment.WorkingSet)),
            Metric.Gauge("process_open_fds", "Open descriptors.", new Sample(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count())),
            Metric.Gauge("process_threads", "Threads.", new Sample(Threads())),
            Metric.Gauge("process_start_time_seconds", "When the daemon started, in seconds since 1970.", new Sample(_startedAt)),
        ];
    }

    /// <summary>.NET counts a collection for each generation that it looked at.</summary>
    private static Sample Collections(int generation)
    {
        var older = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
        return new Sample(GC.CollectionCount(generation) - older, ("generation", generation.ToString(CultureInfo.InvariantCulture)));
    }

    // "Threads:\t18", proc_pid_status(5)
    private static int Threads() =>
        int.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Threads:", StringComparison.Ordinal))[8..], CultureInfo.InvariantCulture);
}
