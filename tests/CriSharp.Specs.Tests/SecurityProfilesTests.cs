using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;
using ProfileType = CriSharp.Cri.V1.SecurityProfile.Types.ProfileType;

namespace CriSharp.Specs.Tests;

public sealed class SecurityProfilesTests
{
    private const string Profile = """
        {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64"],
         "syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"},
                     {"names":["socket"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"args":[{"index":0,"value":18446744073709551615,"valueTwo":0,"op":"SCMP_CMP_EQ"}]}]}
        """;

    private static readonly HostFacts WithAppArmor = Requests.Host with { AppArmorProfiles = new HashSet<string> { "crisharp-default", "own" } };

    private static SpecSeccomp? Seccomp(SecurityProfile? profile, string? file = null) =>
        ContainerSpec.Build(Requests.WithSecurity(security => security.Seccomp = profile) with { LocalhostSeccompProfile = file }).Spec.Linux.Seccomp;

    private static ContainerSpecInput AppArmor(SecurityProfile? profile, HostFacts? host = null) =>
        Requests.WithSecurity(security => security.Apparmor = profile) with { Host = host ?? WithAppArmor };

    private static SecurityProfile Localhost(string reference) => new() { ProfileType = ProfileType.Localhost, LocalhostRef = reference };

    [Fact]
    public void Seccomp_AbsentOrUnconfined_IsNone()
    {
        Assert.Null(Seccomp(null));
        Assert.Null(Seccomp(new SecurityProfile { ProfileType = ProfileType.Unconfined }));
    }

    [Fact]
    public void Seccomp_Empty_IsTheDefault() => Assert.Equal((uint?)38, Seccomp(new SecurityProfile())!.DefaultErrnoRet);

    [Theory]
    [InlineData("")]
    [InlineData("unconfined")]
    [InlineData("runtime/default")]
    [InlineData("docker/default")]
    [InlineData("localhost//p.json")]
    public void Seccomp_TheDeprecatedString_CountsWhereTheFieldIsAbsent(string path)
    {
#pragma warning disable CS0612
        var input = Requests.WithSecurity(security => (security.Seccomp, security.SeccompProfilePath) = (null, path)) with { LocalhostSeccompProfile = Profile };
        var overruled = Requests.WithSecurity(security => security.SeccompProfilePath = path);
        var sandbox = Requests.Infra();
        sandbox.Config.Linux.SecurityContext.SeccompProfilePath = path;
#pragma warning restore CS0612

        var expected = path switch
        {
            "" or "unconfined" => null,
            "localhost//p.json" => "SCMP_ARCH_X86_64",
            _ => "SCMP_ARCH_X86_64 SCMP_ARCH_X86 SCMP_ARCH_X32",
        };
        string? Ways(RuntimeSpec spec) => spec.Linux.Seccomp is { } filter ? string.Join(' ', filter.Architectures!) : null;

        Assert.Equal(expected, Ways(ContainerSpec.Build(input).Spec));
        Assert.Equal(expected, Ways(SandboxSpec.Build(sandbox with { LocalhostSeccompProfile = Profile }).Spec));
        Assert.Null(ContainerSpec.Build(overruled).Spec.Linux.Seccomp);
        Assert.Equal(path.StartsWith("localhost", StringComparison.Ordinal) ? "/p.json" : null, SeccompProfileFile.PathOf(input.Config.Linux.SecurityContext));
    }

    [Fact]
    public void Seccomp_AnUnknownDeprecatedString_IsRefused()
    {
#pragma warning disable CS0612
        var input = Requests.WithSecurity(security => (security.Seccomp, security.SeccompProfilePath) = (null, "default"));
#pragma warning restore CS0612

        Refused.Build(ErrorKind.InvalidArgument, "seccomp_profile_path", input);
    }

    [Fact]
    public void Seccomp_Localhost_IsPassedOn()
    {
        var seccomp = Seccomp(Localhost("/p.json"), Profile)!;

        Assert.Equal("SCMP_ACT_ERRNO", seccomp.DefaultAction);
        Assert.Equal(38u, seccomp.DefaultErrnoRet);
        Assert.Equal(ulong.MaxValue, seccomp.Syscalls![1].Args![0].Value);
        Assert.Equal("/p.json", SeccompProfileFile.PathOf(new LinuxContainerSecurityContext { Seccomp = Localhost("/p.json") }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"defaultAction\":\"ALLOW\"}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"]}]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"no\"}]}")]
    public void Seccomp_LocalhostThatCantBeUnderstood_IsRefused(string file) =>
        Refused.Invalid("/p.json", () => Seccomp(Localhost("/p.json"), file));

    [Fact]
    public void Seccomp_ThatCantBeHad_IsNeverLeftOut()
    {
        Refused.With(ErrorKind.FailedPrecondition, "could not be read", () => Seccomp(Localhost("/p.json")));
        Refused.Invalid("localhost_ref", () => Seccomp(Localhost("")));
        Refused.Invalid("localhost_ref", () => Seccomp(Localhost("p.json")));
        Refused.Build(
            ErrorKind.FailedPrecondition,
            "no seccomp",
            Requests.WithSecurity(security => security.Seccomp = new SecurityProfile()) with { Host = Requests.Host with { HasSeccomp = false } });
        var infra = Requests.Infra() with { Host = Requests.Host with { HasSeccomp = false } };
        Assert.Null(SandboxSpec.Build(infra).Spec.Linux.Seccomp);
        infra.Config.Linux.SecurityContext.Seccomp = new SecurityProfile();
        Refused.With(ErrorKind.FailedPrecondition, "no seccomp", () => SandboxSpec.Build(infra));
        infra.Config.Linux.SecurityContext.Privileged = true;
        Assert.Null(SandboxSpec.Build(infra).Spec.Linux.Seccomp);
    }

    [Fact]
    public void Seccomp_OfThePrivileged_IsNone()
    {
        var input = Requests.Privileged();
        input.Config.Linux.SecurityContext.Seccomp = Localhost("/p.json");

        Assert.Null(ContainerSpec.Build(input).Spec.Linux.Seccomp);
        Assert.Null(SeccompProfileFile.PathOf(input.Config.Linux.SecurityContext));
    }

    [Fact]
    public void AppArmor_OnAHostWithIt()
    {
        Assert.Equal("crisharp-default", ContainerSpec.Build(AppArmor(null)).Spec.Process.ApparmorProfile);
        Assert.Equal("crisharp-default", ContainerSpec.Build(AppArmor(new SecurityProfile())).Spec.Process.ApparmorProfile);
        Assert.Equal("unconfined", ContainerSpec.Build(AppArmor(new SecurityProfile { ProfileType = ProfileType.Unconfined })).Spec.Process.ApparmorProfile);
        Assert.Equal("own", ContainerSpec.Build(AppArmor(Localhost("own"))).Spec.Process.ApparmorProfile);
        Assert.Equal("own", ContainerSpec.Build(AppArmor(Localhost("localhost/own"))).Spec.Process.ApparmorProfile);
        Refused.Build(ErrorKind.FailedPrecondition, "not loaded", AppArmor(Localhost("other")));
        Refused.Build(ErrorKind.InvalidArgument, "localhost_ref", AppArmor(Localhost("")));
    }

    [Fact]
    public void AppArmor_OnAHostWithout()
    {
        Assert.Null(ContainerSpec.Build(AppArmor(new SecurityProfile(), Requests.Host)).Spec.Process.ApparmorProfile);
        Refused.Build(ErrorKind.FailedPrecondition, "no AppArmor", AppArmor(Localhost("own"), Requests.Host));
    }

    [Fact]
    public void AppArmor_DefaultThatIsNotLoaded_IsRefusedWhereItIsAskedFor()
    {
        var host = Requests.Host with { AppArmorProfiles = new HashSet<string>(), AppArmorTrouble = "the parser is away" };
        var built = ContainerSpec.Build(AppArmor(null, host));

        Refused.Build(ErrorKind.FailedPrecondition, "the parser is away", AppArmor(new SecurityProfile(), host));
        Assert.Null(built.Spec.Process.ApparmorProfile);
        Assert.Contains("the parser is away", Assert.Single(built.Warnings));
    }

    [Theory]
    [InlineData("", "crisharp-default")]
    [InlineData("runtime/default", "crisharp-default")]
    [InlineData("unconfined", "unconfined")]
    [InlineData("localhost/own", "own")]
    public void AppArmor_TheDeprecatedString_CountsWhereTheFieldIsAbsent(string text, string expected)
    {
#pragma warning disable CS0612
        var input = Requests.WithSecurity(security => security.ApparmorProfile = text) with { Host = WithAppArmor };
        var overruled = Requests.WithSecurity(security => (security.Apparmor, security.ApparmorProfile) = (Localhost("own"), text)) with { Host = WithAppArmor };
        var unknown = Requests.WithSecurity(security => security.ApparmorProfile = "own") with { Host = WithAppArmor };
#pragma warning restore CS0612

        Assert.Equal(expected, ContainerSpec.Build(input).Spec.Process.ApparmorProfile);
        Assert.Equal("own", ContainerSpec.Build(overruled).Spec.Process.ApparmorProfile);
        Assert.Equal(expected == "crisharp-default", AppArmorNeeds.Default(input.Config.Linux.SecurityContext));
        Refused.Build(ErrorKind.InvalidArgument, "apparmor_profile", unknown);
    }

    [Fact]
    public void AppArmor_OfThePrivileged_IsOnlyWhatIsNamed()
    {
        ContainerSpecInput Privileged(SecurityProfile? profile)
        {
            var input = Requests.Privileged() with { Host = WithAppArmor };
            input.Config.Linux.SecurityContext.Apparmor = profile;
            return input;
        }

        Assert.Null(ContainerSpec.Build(Privileged(null)).Spec.Process.ApparmorProfile);
        Assert.Null(ContainerSpec.Build(Privileged(new SecurityProfile())).Spec.Process.ApparmorProfile);
        Assert.Equal("own", ContainerSpec.Build(Privileged(Localhost("own"))).Spec.Process.ApparmorProfile);
        Assert.False(AppArmorNeeds.Default(Privileged(null).Config.Linux.SecurityContext));
    }

    [Fact]
    public void AppArmor_OfAnInfraContainer()
    {
        string? Of(SecurityProfile? profile, bool isPrivileged = false)
        {
            var input = Requests.Infra() with { Host = WithAppArmor };
            input.Config.Linux.SecurityContext.Apparmor = profile;
            input.Config.Linux.SecurityContext.Privileged = isPrivileged;
            return SandboxSpec.Build(input).Spec.Process.ApparmorProfile;
        }

        Assert.Equal("crisharp-default", Of(null));
        Assert.Equal("crisharp-default", Of(new SecurityProfile()));
        Assert.Equal("unconfined", Of(new SecurityProfile { ProfileType = ProfileType.Unconfined }));
        Assert.Equal("own", Of(Localhost("own")));
        Assert.Null(Of(null, isPrivileged: true));
        Refused.With(ErrorKind.FailedPrecondition, "not loaded", () => Of(Localhost("other")));
    }

    [Fact]
    public void MaskedAndReadonlyPaths_AreTakenAsTheyCome()
    {
        string[] masked = ["/proc/zz", "/proc/aa", "/proc/aa", "/sys/with space"];
        var input = Requests.WithSecurity(security =>
        {
            security.MaskedPaths.Clear();
            security.MaskedPaths.Add(masked);
            security.ReadonlyPaths.Clear();
        });

        var linux = ContainerSpec.Build(input).Spec.Linux;
        Assert.Equal(masked, linux.MaskedPaths);
        Assert.Null(linux.ReadonlyPaths);
    }

    [Theory]
    [InlineData("proc/kcore")]
    [InlineData("/proc/\0")]
    [InlineData("")]
    public void MaskedAndReadonlyPaths_ThatAreNone_AreRefused(string path)
    {
        Refused.Build(ErrorKind.InvalidArgument, $"masked_paths: {Refusal.Quote(path)}", Requests.WithSecurity(security => security.MaskedPaths.Add(path)));
        Refused.Build(ErrorKind.InvalidArgument, $"readonly_paths: {Refusal.Quote(path)}", Requests.WithSecurity(security => security.ReadonlyPaths.Add(path)));
    }

    [Fact]
    public void NoNewPrivileges_GoesWithAFilterAndWithout()
    {
        foreach (var (profile, hasFilter) in (IEnumerable<(SecurityProfile?, bool)>)[(new SecurityProfile(), true), (null, false)])
        {
            var spec = ContainerSpec.Build(Requests.WithSecurity(security => (security.NoNewPrivs, security.Seccomp) = (true, profile))).Spec;

            Assert.True(spec.Process.NoNewPrivileges);
            Assert.Equal(hasFilter, spec.Linux.Seccomp is not null);
        }
    }

    [Fact]
    public void Privileged_HasNoMasksAndAWritableSys()
    {
        var spec = ContainerSpec.Build(Requests.Privileged()).Spec;

        Assert.Null(spec.Linux.MaskedPaths);
        Assert.Null(spec.Linux.ReadonlyPaths);
        Assert.Contains("rw", spec.Mounts.Single(mount => mount.Destination == "/sys").Options!);
        Assert.Equal(["/dev/fuse", "/dev/sda"], spec.Linux.Devices!.Select(device => device.Path));
        Assert.Equal(new SpecDeviceRule { Allow = true, Access = "rwm" }, Assert.Single(spec.Linux.Resources!.Devices!));
    }

    [Fact]
    public void Infra_HasNoPowersAtAll()
    {
        var built = SandboxSpec.Build(Requests.Infra() with { Host = Requests.Host with { OomScoreAdjFloor = 0 } });

        Assert.Empty(built.Spec.Process.Capabilities!.Bounding!);
        Assert.True(built.Spec.Process.NoNewPrivileges);
        Assert.True(built.Spec.Root.ReadOnly);
        Assert.Equal(0, built.Spec.Process.OomScoreAdj);
        Assert.Equal(["/proc", "/dev"], built.Spec.Mounts.Select(mount => mount.Destination));
    }
}
