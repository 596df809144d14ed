using System.Text;
using CriSharp.Daemon.Metrics;
using CriSharp.Primitives;
using CriSharp.TestSupport.Metrics;

namespace CriSharp.Daemon.Tests;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Write_WhenThereAreSamples_FollowsTheFormat() => Assert.Equal(
        """
        # HELP crisharp_a_total Counts "a"\nand \\more.
        # TYPE crisharp_a_total counter
        crisharp_a_total 3
        # HELP crisharp_b Is b.
        # TYPE crisharp_b gauge
        crisharp_b{kind="pod folder",path="C:\\\"x\"\n"} 0.5
        crisharp_b{kind="none"} NaN
        # HELP crisharp_c Has none.
        # TYPE crisharp_c gauge

        """.ReplaceLineEndings("\n"),
        Text(
            Metric.Gauge("crisharp_b", "Is b.", new Sample(0.5, ("kind", "pod folder"), ("path", "C:\\\"x\"\n")), new Sample(double.NaN, ("kind", "none"))),
            Metric.Counter("crisharp_a_total", "Counts \"a\"\nand \\more.", new Sample(3)),
            Metric.Gauge("crisharp_c", "Has none.")));

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(1764190000.125, "1764190000.125")]
    [InlineData(0, "0")]
    public void Write_WhenANumberIsUnusual_WritesItAsPrometheusReadsIt(double value, string text) =>
        Assert.EndsWith($"\nx {text}\n", Text(Metric.Gauge("x", "y", new Sample(value))), StringComparison.Ordinal);

    [Fact]
    public void Write_WhenAHistogram_IsCumulativeWithSumAndCount()
    {
        var durations = new DurationHistogram(0.5, 1);
        foreach (var seconds in (double[])[0.25, 0.5, 0.75, 4])
        {
            durations.Add(TimeSpan.FromSeconds(seconds));
        }

        var text = Text(Metric.Histogram("x_seconds", "Is x.", (durations, [("rpc", "Status")]), (new DurationHistogram(0.5, 1), [("rpc", "Version")])));

        Assert.StartsWith(
            """
            # HELP x_seconds Is x.
            # TYPE x_seconds histogram
            x_seconds_bucket{rpc="Status",le="0.5"} 2
            x_seconds_bucket{rpc="Status",le="1"} 3
            x_seconds_bucket{rpc="Status",le="+Inf"} 4
            x_seconds_sum{rpc="Status"} 5.5
            x_seconds_count{rpc="Status"} 4

            """.ReplaceLineEndings("\n"),
            text);
        Assert.Equal(0, PrometheusPage.Parse(text).Value("x_seconds_count", ("rpc", "Version")));
    }

    /// <summary>What the pages of daemons are held against has to notice what is wrong.</summary>
    [Theory]
    [InlineData("# HELP x Is x.\n# TYPE x gauge\nx 1")]
    [InlineData("# TYPE x gauge\nx 1\n")]
    [InlineData("# HELP x Is x.\nx 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x gauge\nx 1\nx 2\n")]
    [InlineData("# HELP x Is x.\n# TYPE x counter\nx 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x gauge\nx{a-b=\"1\"} 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x gauge\nx{a=\"1} 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_sum 1\nx_count 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x histogram\nx_bucket{le=\"1\"} 2\nx_bucket{le=\"+Inf\"} 1\nx_sum 1\nx_count 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\nx_count 1\n")]
    [InlineData("# HELP x Is x.\n# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\nx_sum 1\nx_count 2\n")]
    public void Page_WhenWrong_IsNotRead(string text) => Assert.ThrowsAny<Exception>(() => PrometheusPage.Parse(text));

    private static string Text(params Metric[] metrics) => Encoding.UTF8.GetString(PrometheusText.Write(metrics));
}
