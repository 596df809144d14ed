using CriSharp.Primitives;

namespace CriSharp.Daemon.Metrics;

/// <summary>One figure by its name, with all its values of this moment.</summary>
/// <param name="Name">"crisharp_" first, the unit last; a counter ends in "_total".</param>
internal sealed record Metric(string Name, MetricType Type, string Help, IReadOnlyList<Sample> Samples)
{
    /// <summary>A value that may go up and down.</summary>
    public static Metric Gauge(string name, string help, params Sample[] samples) => new(name, MetricType.Gauge, help, samples);

    /// <summary>A value that only grows while the daemon lives.</summary>
    public static Metric Counter(string name, string help, params Sample[] samples) => new(name, MetricType.Counter, help, samples);

    /// <summary>Durations, in seconds, each with its labels.</summary>
    public static Metric Histogram(string name, string help, params IEnumerable<(DurationHistogram Durations, (string Name, string Value)[] Labels)> series) =>
        new(name, MetricType.Histogram, help, [.. series.SelectMany(one => SamplesOf(one.Durations, one.Labels))]);

    private static IEnumerable<Sample> SamplesOf(DurationHistogram durations, (string Name, string Value)[] labels)
    {
        var (buckets, sum) = durations.Read();
        return
        [
            .. buckets.Select(bucket => new Sample(bucket.Count, [.. labels, ("le", PrometheusText.Number(bucket.Bound))]) { Suffix = "_bucket" }),
            new Sample(sum, labels) { Suffix = "_sum" },
            new Sample(buckets[^1].Count, labels) { Suffix = "_count" },
        ];
    }
}

/// <param name="Labels">Names and values; few different ones: each makes a time series for ever.</param>
internal sealed record Sample(double Value, params (string Name, string Value)[] Labels)
{
    /// <summary>What a histogram's samples have behind their name.</summary>
    public string Suffix { get; init; } = "";
}

internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Where figures come from: what is registered as one of these in the composition stands on the page. Asked at every scrape, so it answers from memory.</summary>
internal interface IMetricSource
{
    IEnumerable<Metric> Collect();
}
