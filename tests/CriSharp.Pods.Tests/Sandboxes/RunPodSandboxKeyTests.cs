using CriSharp.Cri.V1;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class RunPodSandboxKeyTests
{
    [Fact]
    public void Equals_WhenMapsCameInAnotherOrder_IsTheSameRequest()
    {
        var first = Samples.SandboxConfig();
        var retry = new PodSandboxConfig { Metadata = first.Metadata.Clone(), Labels = { ["tier"] = "front", ["app"] = "web" } };

        Assert.Equal(KeyOf(first), KeyOf(retry));
        Assert.Equal(KeyOf(first).GetHashCode(), KeyOf(retry).GetHashCode());
    }

    [Fact]
    public void Equals_WhenTheConfigurationDiffers_IsAnotherRequest()
    {
        var other = Samples.SandboxConfig();
        other.Hostname = "elsewhere";
        Assert.NotEqual(KeyOf(Samples.SandboxConfig()), KeyOf(other));
        Assert.NotEqual(KeyOf(Samples.SandboxConfig()), KeyOf(Samples.SandboxConfig(), "crun"));
    }

    private static RunPodSandboxKey KeyOf(PodSandboxConfig config, string handler = "") => new(PodSandboxKey.Of(config.Metadata), config, handler);
}
