using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Networks;

public sealed class PodBandwidthTests
{
    [Theory]
    [InlineData("1000", 1000)]
    [InlineData("1k", 1000)]
    [InlineData("10M", 10_000_000)]
    [InlineData("1.5Gi", 1_610_612_736)]
    [InlineData("2e6", 2_000_000)]
    [InlineData("2E3", 2_000)]
    [InlineData("+.5M", 500_000)]
    [InlineData("1000000000u", 1000)]
    [InlineData("1000.2", 1001)]
    [InlineData("1P", 1_000_000_000_000_000)]
    public void Of_WhenItIsAQuantity_IsBitsPerSecond(string text, long bits)
    {
        var config = Samples.SandboxConfig();
        config.Annotations["kubernetes.io/ingress-bandwidth"] = text;

        Assert.Equal(new Bandwidth(bits, null), PodBandwidth.Of(config));
        SandboxRules.Validate(config);
    }

    [Fact]
    public void Of_WhenNothingIsAskedFor_IsNoLimit() => Assert.Null(PodBandwidth.Of(Samples.SandboxConfig()));

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("10 M")]
    [InlineData("10Mbit")]
    [InlineData("10K")]
    [InlineData("999")]
    [InlineData("0")]
    [InlineData("-5M")]
    [InlineData("1.1P")]
    [InlineData("8E")]
    [InlineData("1e900")]
    [InlineData("99999999999999999999999999999999")]
    public void Validate_WhenItIsNone_NamesAnnotationAndValue(string text)
    {
        var config = Samples.SandboxConfig();
        config.Annotations["kubernetes.io/egress-bandwidth"] = text;

        var refusal = Assert.Throws<RuntimeException>(() => SandboxRules.Validate(config));
        Assert.Equal(ErrorKind.InvalidArgument, refusal.Kind);
        Assert.Contains($"kubernetes.io/egress-bandwidth is \"{text}\"", refusal.Message, StringComparison.Ordinal);

        // A record of an earlier release may have it: its pod must still go.
        Assert.Null(PodBandwidth.Of(config));
    }

    [Fact]
    public void Validate_WhenThePodHasTheHostsNetwork_LimitsDontCount()
    {
        var config = Samples.SandboxConfig();
        config.Annotations["kubernetes.io/egress-bandwidth"] = "fast";
        config.Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Network = NamespaceMode.Node } } };

        SandboxRules.Validate(config);
    }
}
