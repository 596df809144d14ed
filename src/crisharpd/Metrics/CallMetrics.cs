using Grpc.Core;

namespace CriSharp.Daemon.Metrics;

/// <summary>What callers of the CRI got, and after how long.</summary>
internal sealed class CallMetrics(CallFigures calls) : IMetricSource
{
    public IEnumerable<Metric> Collect()
    {
        var methods = calls.All.ToList();
        return
        [
            Metric.Counter(
                "crisharp_rpcs_total", "Calls of the CRI that have ended, by gRPC code.",
                [.. methods.SelectMany(method => method.Ends, (method, end) => new Sample(end.Count, ("rpc", method.Name), ("code", end.Code.ToString())))]),
            Metric.Counter(
                "crisharp_rpc_errors_total", "Calls of the CRI that have ended with another code than OK.",
                [.. methods.Select(method => new Sample(method.Ends.Where(end => end.Code != StatusCode.OK).Sum(end => end.Count), ("rpc", method.Name)))]),
            Metric.Histogram(
                "crisharp_rpc_duration_seconds", "How long calls of the CRI took; those of streams until the stream's end.",
                methods.Select(method => (method.Durations, new[] { ("rpc", method.Name) }))),
        ];
    }
}
