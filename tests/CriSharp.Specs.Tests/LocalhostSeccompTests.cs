using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Tests;

/// <summary>Profiles in the form of Docker and containers-common, whose conditions are decided before an OCI runtime sees them.</summary>
public sealed class LocalhostSeccompTests
{
    private static SpecSeccomp Read(string profile, HostFacts? host = null, params string[] capabilities)
    {
        var input = Requests.WithSecurity(security =>
        {
            security.Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = "/p.json" };
            security.Capabilities = new Capability { DropCapabilities = { "ALL" }, AddCapabilities = { capabilities } };
        });
        return ContainerSpec.Build(input with { LocalhostSeccompProfile = profile, Host = host ?? Requests.Host with { Kernel = new Version(6, 12, 3, 0) } }).Spec.Linux.Seccomp!;
    }

    private static SpecSeccomp ReadRule(string rule, HostFacts? host = null, params string[] capabilities) =>
        Read($$"""{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["bpf"],"action":"SCMP_ACT_ALLOW",{{rule}}}]}""", host, capabilities);

    [Theory]
    [InlineData("\"includes\":{}", true)]
    [InlineData("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", false, "NET_ADMIN")]
    [InlineData("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", true, "SYS_ADMIN")]
    [InlineData("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_NET_ADMIN\"]}", false, "SYS_ADMIN")]
    [InlineData("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_NET_ADMIN\"]}", true, "SYS_ADMIN", "NET_ADMIN")]
    [InlineData("\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_NET_ADMIN\"]}", false, "SYS_ADMIN")]
    [InlineData("\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_NET_ADMIN\"]}", true)]
    [InlineData("\"includes\":{\"arches\":[\"amd64\",\"x32\"]}", true)]
    [InlineData("\"includes\":{\"arches\":[\"arm64\"]}", false)]
    [InlineData("\"excludes\":{\"arches\":[\"amd64\"]}", false)]
    [InlineData("\"excludes\":{\"arches\":[\"s390x\"]}", true)]
    [InlineData("\"includes\":{\"minKernel\":\"4.8\"}", true)]
    [InlineData("\"includes\":{\"minKernel\":\"6.12\"}", true)]
    [InlineData("\"includes\":{\"minKernel\":\"6.13\"}", false)]
    [InlineData("\"excludes\":{\"minKernel\":\"6.13\"}", true)]
    [InlineData("\"excludes\":{\"minKernel\":\"5.0\"}", false)]
    [InlineData("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]},\"excludes\":{\"arches\":[\"amd64\"]}", false, "SYS_ADMIN")]
    public void ARule_CountsWhereItsConditionsAreMet(string conditions, bool counts, params string[] capabilities) =>
        Assert.Equal(counts ? 1 : 0, ReadRule(conditions, null, capabilities).Syscalls!.Count);

    [Theory]
    [InlineData("amd64", "SCMP_ARCH_X86_64 SCMP_ARCH_X86")]
    [InlineData("arm64", "SCMP_ARCH_AARCH64")]
    public void ArchMap_GivesTheHostsOwn(string architecture, string expected)
    {
        const string Profile = """
            {"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]},
             {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":null}]}
            """;

        Assert.Equal(expected.Split(' '), Read(Profile, Requests.Host with { Architecture = architecture }).Architectures);
    }

    [Fact]
    public void ArchMap_WithoutTheHost_LeavesTheNativeWayIn() =>
        Assert.Null(Read("""{"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_S390X"}]}""").Architectures);

    [Fact]
    public void AWholeProfile_IsTheFileBesideTheTests() => Golden.Verify("seccomp-localhost", new RuntimeSpec
    {
        Process = new SpecProcess { User = new SpecUser { Uid = 0, Gid = 0 }, Args = ["true"], Cwd = "/" },
        Root = new SpecRoot { Path = "rootfs" },
        Linux = new SpecLinux
        {
            Seccomp = Read(
                """
                {"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","flags":["SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"",
                 "archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}],
                 "syscalls":[
                  {"names":["read","write"],"action":"SCMP_ACT_ALLOW","args":[],"comment":"","includes":{},"excludes":{}},
                  {"name":"keyctl","action":"SCMP_ACT_ERRNO","errno":"EACCES"},
                  {"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
                  {"names":["mount"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"errno":"EPERM","excludes":{"caps":["CAP_SYS_ADMIN"]}},
                  {"names":["clone"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2114060288,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"}]}]}
                """),
        },
    });

    [Theory]
    [InlineData("\"includes\":{\"minKernel\":\"new\"}", "minKernel")]
    [InlineData("\"includes\":{\"capabilities\":[\"CAP_BPF\"]}", "capabilities")]
    [InlineData("\"excludes\":{\"cap\":[\"CAP_BPF\"]}", "cap")]
    [InlineData("\"name\":\"mount\"", "both \"name\"")]
    [InlineData("\"errno\":\"ENONSENSE\"", "ENONSENSE")]
    [InlineData("\"errno\":\"ENONSENSE\",\"includes\":{\"arches\":[\"s390x\"]}", "ENONSENSE")]
    [InlineData("\"excludes\":{\"minKernel\":\"new\"},\"includes\":{\"arches\":[\"s390x\"]}", "minKernel")]
    [InlineData("\"include\":{\"caps\":[\"CAP_BPF\"]}", "include")]
    [InlineData("\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value_two\":2}]", "value_two")]
    [InlineData("\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]", "index")]
    [InlineData("\"args\":[{\"index\":0,\"value\":1,\"op\":\"==\"}],\"includes\":{\"arches\":[\"s390x\"]}", "op")]
    [InlineData("\"args\":[null]", "op")]
    public void ARule_ThatCantBeUnderstood_IsRefused(string rule, string words) => Refused.Invalid(words, () => ReadRule(rule));

    [Theory]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", "SCMP_ACT_NOTIFY")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}", "SCMP_ACT_NOTIFY")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/run/agent.sock\"}", "listenerPath")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\"}]}", "names no call")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ERRNO\"}]}", "names no call")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"bpf\",null],\"action\":\"SCMP_ACT_ERRNO\"}]}", "names no call")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[null]}", "null")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_NONE\"]}", "SECCOMP_FILTER_FLAG_NONE")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"x86_64\"]}", "x86_64")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86_32\"]}]}", "SCMP_ARCH_X86_32")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[null]}", "architecture")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}]}", "archMap")]
    public void AProfile_ThatCantBeApplied_IsRefused(string profile, string words) => Refused.Invalid(words, () => Read(profile));
}
