using CriSharp.Cri.V1;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class SandboxRulesTests
{
    [Fact]
    public void Validate_WhenThePodIsPlain_LetsItPass() => SandboxRules.Validate(Samples.SandboxConfig());

    [Fact]
    public void Validate_WhenThereIsNoMetadata_IsRefused() => AssertRefused(new PodSandboxConfig());

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123x")]
    public void Validate_WhenTheHostnameIsNone_IsRefused(string hostname) => AssertRefused(With(config => config.Hostname = hostname));

    [Theory]
    [InlineData("relative")]
    [InlineData("/var/log/../../etc")]
    public void Validate_WhenTheLogDirectoryLeads_Elsewhere_IsRefused(string directory) => AssertRefused(With(config => config.LogDirectory = directory));

    [Fact]
    public void Validate_WhenTheNetworkIsAContainers_IsRefused() =>
        AssertRefused(With(config => Security(config).NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Container }));

    [Fact]
    public void Validate_WhenAGroupComesWithoutAUser_IsRefused() =>
        AssertRefused(With(config => Security(config).RunAsGroup = new Int64Value { Value = 1000 }));

    [Fact]
    public void Validate_WhenAUserNamespaceHasNoMappings_IsRefused() =>
        AssertRefused(With(config => Security(config).NamespaceOptions = new NamespaceOption { UsernsOptions = new UserNamespace { Mode = NamespaceMode.Pod } }));

    [Theory]
    [InlineData(-1, 80)]
    [InlineData(70000, 80)]
    [InlineData(80, 70000)]
    public void Validate_WhenAPortIsOutOfRange_IsRefused(int hostPort, int containerPort) =>
        AssertRefused(With(config => config.PortMappings.Add(new PortMapping { HostPort = hostPort, ContainerPort = containerPort })));

    [Fact]
    public void Validate_WhenAProtocolIsUnknown_IsRefused() =>
        AssertRefused(With(config => config.PortMappings.Add(new PortMapping { ContainerPort = 80, Protocol = (Protocol)7 })));

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
            AssertRefused(config);
            return;
        }

        SandboxRules.Validate(config);
    }

    [Fact]
    public void Validate_WhenASysctlSmuggles_IsRefused_CVE_2022_0811() =>
        AssertRefused(With(config => config.Linux = new LinuxPodSandboxConfig { Sysctls = { ["kernel.shm_rmid_forced"] = "1+kernel.core_pattern=|/evil" } }));

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

    private static void AssertRefused(PodSandboxConfig config) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => SandboxRules.Validate(config)).Kind);
}
