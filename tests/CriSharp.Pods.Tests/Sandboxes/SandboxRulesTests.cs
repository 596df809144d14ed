using CriSharp.Cri.V1;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class SandboxRulesTests
{
    [Fact]
    public void Validate_WhenThePodIsPlain_LetsItPass() => SandboxRules.Validate(Samples.SandboxConfig());

    [Fact]
    public void Validate_WhenThereIsNoMetadata_IsRefused() => AssertRefused(new PodSandboxConfig(), "metadata");

    [Theory]
    [InlineData("a b", "hostname \"a b\"")]
    [InlineData("a\nb", "hostname \"a\\u000ab\"")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123x", "at most 64")]
    public void Validate_WhenTheHostnameIsNone_IsRefused(string hostname, string words) => AssertRefused(With(config => config.Hostname = hostname), words);

    [Theory]
    [InlineData("relative")]
    [InlineData("/var/log/../../etc")]
    public void Validate_WhenTheLogDirectoryLeads_Elsewhere_IsRefused(string directory) =>
        AssertRefused(With(config => config.LogDirectory = directory), $"log_directory \"{directory}\"");

    [Fact]
    public void Validate_WhenTheNetworkIsAContainers_IsRefused() =>
        AssertRefused(With(config => Security(config).NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Container }), "network", "Container");

    [Fact]
    public void Validate_WhenAGroupComesWithoutAUser_IsRefused() =>
        AssertRefused(With(config => Security(config).RunAsGroup = new Int64Value { Value = 1000 }), "run_as_group 1000");

    [Fact]
    public void Validate_WhenAUserOrGroupIsOutOfRange_IsRefusedInEachPidMode()
    {
        AssertRefused(With(config => Security(config).RunAsUser = new Int64Value { Value = -1 }), "run_as_user -1");
        AssertRefused(With(config => Security(config).SupplementalGroups.Add(1L << 31)), "supplemental group 2147483648");
    }

    [Fact]
    public void Validate_WhenAUserNamespaceHasNoMappings_IsRefused() =>
        AssertRefused(With(config => Security(config).NamespaceOptions = new NamespaceOption { UsernsOptions = new UserNamespace { Mode = NamespaceMode.Pod } }), "userns_options");

    [Theory]
    [InlineData(-1, 80)]
    [InlineData(70000, 80)]
    [InlineData(80, 70000)]
    public void Validate_WhenAPortIsOutOfRange_IsRefused(int hostPort, int containerPort) =>
        AssertRefused(With(config => config.PortMappings.Add(new PortMapping { HostPort = hostPort, ContainerPort = containerPort })), $"{hostPort}:{containerPort}");

    [Theory]
    [InlineData("node")]
    [InlineData("127.1")]
    public void Validate_WhenAHostIpIsNone_IsRefused(string address) =>
        AssertRefused(With(config => config.PortMappings.Add(new PortMapping { HostPort = 80, ContainerPort = 80, HostIp = address })), "80:80", $"host_ip \"{address}\"");

    [Fact]
    public void Validate_WhenAProtocolIsUnknown_IsRefused() =>
        AssertRefused(With(config => config.PortMappings.Add(new PortMapping { ContainerPort = 80, Protocol = (Protocol)7 })), "protocol 7");

    [Theory]
    [InlineData(81, "", true)]
    [InlineData(81, "10.0.0.1", false)]
    [InlineData(80, "", false)]
    public void Validate_WhenAHostPortLeadsToTwoPlaces_IsRefused(int second, string address, bool isRefused)
    {
        var config = With(one =>
        {
            one.PortMappings.Add(new PortMapping { HostPort = 8080, ContainerPort = 80 });
            one.PortMappings.Add(new PortMapping { HostPort = 8080, ContainerPort = second, HostIp = address });
        });

        if (isRefused)
        {
            AssertRefused(config, "TCP 8080", "80 and 81");
            return;
        }

        SandboxRules.Validate(config);
    }

    [Fact]
    public void Validate_WhenASysctlSmuggles_IsRefused_CVE_2022_0811() =>
        AssertRefused(With(config => config.Linux = new LinuxPodSandboxConfig { Sysctls = { ["kernel.shm_rmid_forced"] = "1+kernel.core_pattern=|/evil" } }), "kernel.shm_rmid_forced");

    private static LinuxSandboxSecurityContext Security(PodSandboxConfig config)
    {
        config.Linux = new LinuxPodSandboxConfig { SecurityContext = new LinuxSandboxSecurityContext() };
        return config.Linux.SecurityContext;
    }

    private static PodSandboxConfig With(Action<PodSandboxConfig> change)
    {
        var config = Samples.SandboxConfig();
        change(config);
        return config;
    }

    private static void AssertRefused(PodSandboxConfig config, params string[] words)
    {
        var refusal = Assert.Throws<RuntimeException>(() => SandboxRules.Validate(config));
        Assert.Equal(ErrorKind.InvalidArgument, refusal.Kind);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
