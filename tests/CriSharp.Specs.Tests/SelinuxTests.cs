using CriSharp.Cri.V1;
using CriSharp.Specs.Selinux;

namespace CriSharp.Specs.Tests;

/// <summary>With the host's SELinux told, not there.</summary>
public sealed class SelinuxTests
{
    private const string Level = "s0:c1,c2";

    private static readonly HostFacts Host = Requests.Host with { HasSelinux = true };

    private static (string? Process, string? Mount) Labels(
        SELinuxOption? container = null, SELinuxOption? sandbox = null, string? level = Level, bool privileged = false, HostFacts? host = null)
    {
        var input = (privileged ? Requests.Privileged() : Requests.Plain()) with { Host = host ?? Host, SelinuxLevel = level };
        input.Config.Linux.SecurityContext.SelinuxOptions = container;
        input.Sandbox.Linux.SecurityContext.SelinuxOptions = sandbox;
        var spec = ContainerSpec.Build(input).Spec;
        return (spec.Process.SelinuxLabel, spec.Linux.MountLabel);
    }

    [Fact]
    public void Labels_WhenNothingIsSaid_AreContainersWithTheSandboxesLevel() => Assert.Equal(
        ("system_u:system_r:container_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2"), Labels());

    [Fact]
    public void Labels_TakeWhatIsSaid_AndTheFilesOnlyUserAndLevel() => Assert.Equal(
        ("user_u:user_r:container_init_t:s0:c7", "user_u:object_r:container_file_t:s0:c7"),
        Labels(new SELinuxOption { User = "user_u", Role = "user_r", Type = "container_init_t", Level = "s0:c7" }));

    [Fact]
    public void Labels_OfAContainerThatSaysNothing_AreItsPods() => Assert.Equal(
        ("system_u:system_r:container_kvm_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2"), Labels(sandbox: new SELinuxOption { Type = "container_kvm_t" }));

    [Fact]
    public void Labels_WhereThereAreNone()
    {
        Assert.Equal((null, null), Labels(level: null));
        Assert.Equal((null, null), Labels(host: Requests.Host));
        Assert.Equal((null, "system_u:object_r:container_file_t:s0:c1,c2"), Labels(privileged: true));
    }

    [Fact]
    public void Options_OnAHostWithoutSelinux_AreNamedInAWarning()
    {
        var input = Requests.WithSecurity(security => security.SelinuxOptions = new SELinuxOption { Type = "container_t" });

        Assert.Contains("SELinux", Assert.Single(ContainerSpec.Build(input).Warnings));
        Assert.Empty(ContainerSpec.Build(Requests.WithSecurity(security => security.SelinuxOptions = new SELinuxOption())).Warnings);
    }

    [Fact]
    public void Infra_HasItsPodsLabels()
    {
        var input = Requests.Infra() with { Host = Host, SelinuxLevel = Level };
        input.Config.Linux.SecurityContext.SelinuxOptions = new SELinuxOption { Type = "spc_t" };

        var spec = SandboxSpec.Build(input).Spec;
        Assert.Equal(("system_u:system_r:spc_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2"), (spec.Process.SelinuxLabel, spec.Linux.MountLabel));
    }

    [Theory]
    [InlineData("user", "a:b")]
    [InlineData("role", "a b")]
    [InlineData("type", "container_t,suid")]
    [InlineData("type", "container_t\n")]
    [InlineData("level", "s0\"")]
    [InlineData("level", "c1")]
    [InlineData("level", "s0:c1,c2\n")]
    public void Options_ThatCantBePartOfALabel_AreRefused(string field, string value)
    {
        var options = new SELinuxOption();
        SELinuxOption.Descriptor.FindFieldByName(field).Accessor.SetValue(options, value);

        Refused.Build(Primitives.ErrorKind.InvalidArgument, "selinux_options." + field, Requests.WithSecurity(security => security.SelinuxOptions = options));
    }

    [Theory]
    [InlineData("s0")]
    [InlineData("s0:c1")]
    [InlineData("s0:c1,c2")]
    [InlineData("s0-s0:c0.c1023")]
    public void Level_InTheUsualForms_IsTaken(string level) => Assert.EndsWith(":container_t:" + level, Labels(new SELinuxOption { Level = level }).Process);

    [Fact]
    public void Sandboxes_WithTheHostsProcessesOrIpc_HaveNoLevel()
    {
        static bool HasLevel(NamespaceOption? options) => SelinuxRules.HasLevel(new PodSandboxConfig
        {
            Linux = new LinuxPodSandboxConfig { SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = options } },
        });

        Assert.True(SelinuxRules.HasLevel(new PodSandboxConfig()));
        Assert.True(HasLevel(null));
        Assert.True(HasLevel(new NamespaceOption { Network = NamespaceMode.Node }));
        Assert.False(HasLevel(new NamespaceOption { Pid = NamespaceMode.Node }));
        Assert.False(HasLevel(new NamespaceOption { Ipc = NamespaceMode.Node }));
    }

    [Fact]
    public void Levels_AreTwoCategoriesThatNobodyHas()
    {
        var numbers = new Queue<int>([5, 5, 9, 3, 1023, 0]);

        Assert.Equal("s0:c0,c1023", SelinuxLevels.Choose(new HashSet<string> { "s0:c3,c9" }, _ => numbers.Dequeue()));
        Refused.With(Primitives.ErrorKind.FailedPrecondition, "no SELinux level is free", () => SelinuxLevels.Choose(new HashSet<string>(), _ => 7));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/etc/kubernetes")]
    [InlineData("/usr/share/x")]
    [InlineData("/home")]
    [InlineData("/var/lib")]
    [InlineData("/proc/1")]
    public void Relabel_OfTheHostsOwn_IsRefused_CVE_2021_43816(string source) =>
        Refused.Invalid("selinux_relabel", () => Relabelled(source));

    [Theory]
    [InlineData("/home/data")]
    [InlineData("/var/lib/kubelet/pods/u/volumes/v")]
    [InlineData("/data")]
    public void Relabel_OfAVolume_IsDone(string source) => Assert.Equal([source], Relabelled(source));

    [Fact]
    public void Relabel_IsLeftOutWhereItMeansNothing()
    {
        Assert.Empty(Relabelled("/data", relabel: false));
        Assert.Empty(Relabelled("/etc", options: new SELinuxOption { Type = "spc_t" }));
        Assert.Empty(Relabelled("/etc", level: null));
    }

    private static IReadOnlyList<string> Relabelled(string source, bool relabel = true, SELinuxOption? options = null, string? level = Level) => RelabelRules.Select(
        [new Mount { HostPath = "/link", ContainerPath = "/v", SelinuxRelabel = relabel }],
        new Dictionary<string, string> { ["/link"] = source },
        SelinuxRules.Choose(options, level, isPrivileged: false, Host));
}
