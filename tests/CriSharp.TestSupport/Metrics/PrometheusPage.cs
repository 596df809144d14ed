using System.Globalization;
using System.Text.RegularExpressions;

namespace CriSharp.TestSupport.Metrics;

/// <summary>
/// A page in Prometheus' text format 0.0.4, read as strictly as its text allows: each metric has its help and its type, once, and all its samples
/// behind them. https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
/// </summary>
public sealed partial class PrometheusPage
{
    private readonly List<PageMetric> _metrics = [];

    public IReadOnlyList<PageMetric> Metrics => _metrics;

    /// <exception cref="FormatException">What is wrong, with its line.</exception>
    public static PrometheusPage Parse(string text)
    {
        Require(text.EndsWith('\n'), "the last line has no end");
        var page = new PrometheusPage();
        foreach (var line in text[..^1].Split('\n'))
        {
            page.Read(line);
        }

        foreach (var metric in page._metrics)
        {
            Check(metric);
        }

        return page;
    }

    /// <summary>The one sample of a metric that has these labels, among others.</summary>
    public double Value(string sample, params (string Name, string Value)[] labels)
    {
        var found = _metrics.SelectMany(metric => metric.Samples)
            .Where(one => one.Name == sample && labels.All(label => one.Labels.Contains(label))).ToList();
        Require(found.Count == 1, $"{sample} {string.Join(',', labels)} stands there {found.Count} times");
        return found[0].Value;
    }

    private void Read(string line)
    {
        if (Help().Match(line) is { Success: true } help)
        {
            var name = help.Groups["name"].Value;
            Require(_metrics.TrueForAll(metric => metric.Name != name), $"{name} has its help twice: {line}");
            _metrics.Add(new PageMetric(name, help.Groups["help"].Value));
            return;
        }

        Require(_metrics.Count > 0, $"a metric begins with its help: {line}");
        var metric = _metrics[^1];
        if (Type().Match(line) is { Success: true } type)
        {
            Require(type.Groups["name"].Value == metric.Name && metric.Type.Length == 0 && metric.Samples.Count == 0, $"a type is not where it should be: {line}");
            metric.Type = type.Groups["type"].Value;
            return;
        }

        var sample = Sample().Match(line);
        Require(sample.Success && metric.Type.Length > 0, $"this is no sample: {line}");
        var labels = Label().Matches(sample.Groups["labels"].Value).Select(label => (label.Groups["name"].Value, Unescape(label.Groups["value"].Value))).ToList();
        var read = new PageSample(sample.Groups["name"].Value, labels, Number(sample.Groups["value"].Value));
        Require(metric.Samples.TrueForAll(one => one.Name != read.Name || !one.Labels.SequenceEqual(read.Labels)), $"a sample stands there twice: {line}");
        metric.Samples.Add(read);
    }

    private static void Check(PageMetric metric)
    {
        Require(metric.Help.EndsWith('.') || metric.Help.Contains(';'), $"{metric.Name} has no help that is a sentence");
        if (metric.Type == "histogram")
        {
            CheckHistogram(metric);
            return;
        }

        Require(metric.Samples.TrueForAll(sample => sample.Name == metric.Name), $"{metric.Name} has samples of another name");
        Require((metric.Type == "counter") == metric.Name.EndsWith("_total", StringComparison.Ordinal), $"{metric.Name} is a {metric.Type}: counters alone end in _total");
        Require(metric.Type != "counter" || metric.Samples.TrueForAll(sample => sample.Value >= 0), $"{metric.Name} is below zero");
    }

    private static void CheckHistogram(PageMetric metric)
    {
        foreach (var series in metric.Samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Name != "le"))))
        {
            var buckets = series.Where(sample => sample.Name == $"{metric.Name}_bucket").ToList();
            var bounds = buckets.Select(bucket => Number(bucket.Labels.Single(label => label.Name == "le").Value)).ToList();
            Require(bounds.Count > 0 && double.IsPositiveInfinity(bounds[^1]), $"{metric.Name} {series.Key} has no bucket +Inf at its end");
            Require(bounds.Zip(bounds.Skip(1)).All(pair => pair.First < pair.Second), $"{metric.Name} {series.Key}: its bounds do not rise");
            Require(buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Value <= pair.Second.Value), $"{metric.Name} {series.Key} is not cumulative");
            Require(series.Count(sample => sample.Name == $"{metric.Name}_sum") == 1, $"{metric.Name} {series.Key} has no sum");
            Require(series.Single(sample => sample.Name == $"{metric.Name}_count").Value == buckets[^1].Value, $"{metric.Name} {series.Key}: its count is not that of +Inf");
            Require(series.Count() == buckets.Count + 2, $"{metric.Name} {series.Key} has other samples");
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text) => Escaped().Replace(text, match => match.Value == "\\n" ? "\n" : match.Value[1..]);

    private static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new FormatException(otherwise);
        }
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<help>(?:[^\\]|\\\\|\\n)+)$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*")*)\})? (?<value>\S+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\]|\\["\\n])*)"(?:,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex("""\\["\\n]""")]
    private static partial Regex Escaped();
}

public sealed record PageMetric(string Name, string Help)
{
    /// <summary>"counter", "gauge" or "histogram".</summary>
    public string Type { get; internal set; } = "";

    public List<PageSample> Samples { get; } = [];
}

/// <param name="Name">With its suffix, where the metric is a histogram.</param>
public sealed record PageSample(string Name, IReadOnlyList<(string Name, string Value)> Labels, double Value);
