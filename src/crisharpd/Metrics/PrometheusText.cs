using System.Globalization;
using System.Text;

namespace CriSharp.Daemon.Metrics;

/// <summary>
/// Writes figures in Prometheus' text format 0.0.4.
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static byte[] Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(metric.Name).Append(' ').Append(Escape(metric.Help, quoted: false)).Append('\n');
            text.Append("# TYPE ").Append(metric.Name).Append(' ').Append(Word(metric.Type)).Append('\n');
            foreach (var sample in metric.Samples)
            {
                text.Append(metric.Name).Append(sample.Suffix);
                AppendLabels(text, sample.Labels);
                text.Append(' ').Append(Number(sample.Value)).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Word(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    private static void AppendLabels(StringBuilder text, (string Name, string Value)[] labels)
    {
        if (labels.Length == 0)
        {
            return;
        }

        text.Append('{');
        text.AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value, quoted: true)}\""));
        text.Append('}');
    }

    private static string Escape(string text, bool quoted)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quoted ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
