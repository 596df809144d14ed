using CriSharp.Pods.Audit;
using CriSharp.Storage.Content;

namespace CriSharp.Daemon.Metrics;

/// <summary>What the last audit has found and all have removed.</summary>
internal sealed class AuditMetrics(AuditLeftovers audit, BrokenRecords brokenRecords) : IMetricSource
{
    private static readonly string[] Nouns = ["pod sandbox", "container"];

    public IEnumerable<Metric> Collect()
    {
        var last = audit.Last;
        var left = last?.Left.CountBy(result => result.Finding.Kind).ToDictionary() ?? [];
        var broken = brokenRecords.List().CountBy(record => record.Noun).ToDictionary();
        return
        [
            Metric.Gauge(
                "crisharp_leftovers", "Things that no pod, container or image accounts for, as the last audit left them.",
                [.. audit.Kinds.Select(kind => new Sample(left.GetValueOrDefault(kind), ("kind", kind)))]),
            Metric.Counter(
                "crisharp_leftovers_removed_total", "Leftovers that audits have removed since the daemon started.",
                [.. audit.Kinds.Select(kind => new Sample(audit.RemovedOf(kind), ("kind", kind)))]),
            Metric.Gauge(
                "crisharp_audit_last_run_timestamp_seconds", "When the last audit ended, in seconds since 1970; 0: none yet.",
                new Sample(last is null ? 0 : last.At.ToUnixTimeMilliseconds() / 1000.0)),
            Metric.Gauge(
                "crisharp_broken_records", "Records that could not be read and were set aside.",
                [.. Nouns.Union(broken.Keys).Select(noun => new Sample(broken.GetValueOrDefault(noun), ("noun", noun)))]),
        ];
    }
}
