namespace CriSharp.Daemon.Metrics;

/// <summary>One figure by its name, with all its values of this moment.</summary>
/// <param name="Name">"crisharp_" first, the unit last; a counter ends in "_total".</param>
internal sealed record Metric(string Name, MetricType Type, string Help, IReadOnlyList<Sample> Samples)
{
    /// <summary>A value that may go up and down.</summary>
    public static Metric Gauge(string name, string help, params Sample[] samples) => new(name, MetricType.Gauge, help, samples);

    /// <summary>A value that only grows while the daemon lives.</summary>
    public static Metric Counter(string name, string help, params Sample[] samples) => new(name, MetricType.Counter, help, samples);
}

/// <param name="Labels">Names and values; few different ones: each makes a time series for ever.</param>
internal sealed record Sample(double Value, params (string Name, string Value)[] Labels);

internal enum MetricType
{
    Counter,
    Gauge,
}

/// <summary>Where figures come from: what is registered as one of these in the composition stands on the page. Asked at every scrape, so it answers from memory.</summary>
internal interface IMetricSource
{
    IEnumerable<Metric> Collect();
}
