using System.Text;
using CriSharp.Daemon.Metrics;

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

    private static string Text(params Metric[] metrics) => Encoding.UTF8.GetString(PrometheusText.Write(metrics));
}
