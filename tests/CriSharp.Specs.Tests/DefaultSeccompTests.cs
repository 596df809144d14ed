using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Tests;

public sealed class DefaultSeccompTests
{
    /// <summary>Never in any kernel of today, or in none at all: whoever calls them is told so.</summary>
    private static readonly string[] LeftToTheDefault =
    [
        "afs_syscall", "break", "clone3", "ftime", "getpmsg", "gtty", "idle", "lock", "mpx", "prof", "profil", "putpmsg", "security", "stty", "tuxcall",
        "ulimit", "vserver",
    ];

    private static SpecSeccomp Profile(string architecture, params string[] capabilities)
    {
        var input = Requests.WithSecurity(security =>
        {
            security.Seccomp = new SecurityProfile();
            security.Capabilities = new Capability { DropCapabilities = { "ALL" }, AddCapabilities = { capabilities } };
        });
        var host = Requests.Host with { Architecture = architecture, BoundingCapabilities = new HashSet<string>(capabilities.Select(name => "CAP_" + name)) };
        return ContainerSpec.Build(input with { Host = host }).Spec.Linux.Seccomp!;
    }

    private static string[] Plain(SpecSeccomp profile, string action) =>
        [.. profile.Syscalls!.Where(rule => rule.Args is null && rule.Action == action).SelectMany(rule => rule.Names)];

    private static string[] Allowed(SpecSeccomp profile) => Plain(profile, "SCMP_ACT_ALLOW");

    private static string[] Refused(SpecSeccomp profile) => Plain(profile, "SCMP_ACT_ERRNO");

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void WithoutCapabilities_IsTheFileBesideTheTests(string architecture) =>
        Golden.Verify($"seccomp-{architecture}", Document(Profile(architecture)));

    [Fact]
    public void WhereTheNodeHasAProfileOfItsOwn_ItIsThatOne()
    {
        var input = Requests.WithSecurity(security => security.Seccomp = new SecurityProfile());
        var own = new SeccompFile("/etc/own.json", """{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "includes": {"arches": ["s390x"]}}]}""");

        var profile = ContainerSpec.Build(input with { Defaults = input.Defaults with { SeccompProfile = own } }).Spec.Linux.Seccomp!;

        Assert.Equal(("SCMP_ACT_LOG", 0), (profile.DefaultAction, profile.Syscalls!.Count));
        SeccompProfileFile.Check(own);
        Assert.Throws<FormatException>(() => SeccompProfileFile.Check(own with { Text = """{"defaultAction": "SCMP_ACT_NONE"}""" }));
        Assert.Throws<FormatException>(() => SeccompProfileFile.Check(own with { Text = own.Text.Replace("SCMP_ACT_ERRNO\"", "SCMP_ACT_ERRNO\", \"errno\": \"NONE\"", StringComparison.Ordinal) }));
    }

    [Fact]
    public void WithAllThatOpensSomething_IsTheFileBesideTheTests() => Golden.Verify("seccomp-all", Document(Profile(
        "amd64", "SYS_ADMIN", "DAC_READ_SEARCH", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_TIME", "SYS_TTY_CONFIG")));

    [Theory]
    [InlineData("SYS_ADMIN", "mount", "setns", "unshare", "bpf", "perf_event_open", "syslog", "clone3", "open_tree_attr")]
    [InlineData("BPF", "bpf")]
    [InlineData("PERFMON", "perf_event_open")]
    [InlineData("SYSLOG", "syslog")]
    [InlineData("DAC_READ_SEARCH", "open_by_handle_at")]
    [InlineData("SYS_BOOT", "reboot")]
    [InlineData("SYS_CHROOT", "chroot")]
    [InlineData("SYS_MODULE", "init_module", "finit_module", "delete_module")]
    [InlineData("SYS_NICE", "move_pages", "migrate_pages")]
    [InlineData("SYS_PACCT", "acct")]
    [InlineData("SYS_PTRACE", "kcmp", "pidfd_getfd", "process_madvise")]
    [InlineData("SYS_RAWIO", "iopl", "ioperm")]
    [InlineData("SYS_TIME", "settimeofday", "clock_settime", "clock_settime64", "stime")]
    [InlineData("SYS_TTY_CONFIG", "vhangup")]
    public void ACapability_OpensItsCallsAndNoOthers(string capability, params string[] calls)
    {
        var without = Profile("amd64");
        var with = Profile("amd64", capability);

        Assert.Empty(calls.Intersect(Allowed(without)));
        Assert.Empty(calls.Intersect(Refused(with)));
        Assert.Empty(calls.Except(Allowed(with)));
        Assert.Equal(Refused(with).Order(), Refused(without).Except(Allowed(with)).Order());
    }

    [Theory]
    [InlineData("keyctl")]
    [InlineData("kexec_load")]
    [InlineData("userfaultfd")]
    [InlineData("io_uring_setup")]
    public void WhatIsForNobody_IsClosedToAllCapabilities(string call) => Assert.Contains(call, Refused(Profile("amd64", "SYS_ADMIN", "SYS_BOOT", "SYS_PTRACE")));

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void NoCall_IsSaidTwice(string architecture)
    {
        var profile = Profile(architecture);
        string[] names = [.. Allowed(profile), .. Refused(profile), "clone", "clone3", "socket", "personality"];

        Assert.Equal(names.Distinct().Order(), names.Order());
        Assert.All(names, name => Assert.Matches("^[a-z0-9_]+$", name));
    }

    /// <summary>Each call is allowed, refused or left out on purpose.</summary>
    [Fact]
    public void EveryCall_IsDecided()
    {
        var decided = Profile("amd64").Syscalls!.SelectMany(rule => rule.Names).Concat(LeftToTheDefault).ToHashSet();

        Assert.All(CallsOfLinux.All, name => Assert.Contains(name, decided));
    }

    [Fact]
    public void WhatIsLeftOut_IsACallAndNotDecidedElsewhere()
    {
        Assert.Empty(LeftToTheDefault.Except(CallsOfLinux.All));
        Assert.Empty(LeftToTheDefault.Intersect(Profile("amd64").Syscalls!.SelectMany(rule => rule.Names)));
    }

    /// <summary>By the kernel's own rule (the lower 32 bits of the argument), whatever is in the others.</summary>
    [Fact]
    public void Sockets_OfAllFamiliesButTwo()
    {
        var rules = Profile("amd64").Syscalls!.Where(rule => rule.Names.Contains("socket")).ToList();

        for (var family = 0UL; family < 64; family++)
        {
            foreach (var argument in (ulong[])[family, family | (1UL << 32), family | 0xffff_ffff_0000_0000])
            {
                var rule = Assert.Single(rules, rule => (argument & rule.Args![0].Value) == rule.Args[0].ValueTwo);
                Assert.Equal(family is 38 or 40 ? 97u : null, rule.ErrnoRet);
            }
        }
    }

    [Theory]
    [InlineData(0x0000_0011UL, false)]
    [InlineData(0x003d_0f00UL, false)]
    [InlineData(0x0002_0011UL, true)]
    [InlineData(0x1000_0011UL, true)]
    [InlineData(0x6c02_0011UL, true)]
    public void Clone_WithoutNewNamespaces(ulong flags, bool isRefused)
    {
        var matching = Profile("amd64").Syscalls!.Where(rule => rule.Names.Contains("clone") && (flags & rule.Args![0].Value) == rule.Args[0].ValueTwo);

        Assert.Equal([isRefused ? "SCMP_ACT_ERRNO" : "SCMP_ACT_ALLOW"], matching.Select(rule => rule.Action).Distinct());
    }

    [Fact]
    public void AProcessorWithoutAProfile_IsRefused() =>
        Tests.Refused.With(Primitives.ErrorKind.Unimplemented, "riscv64", () => Profile("riscv64"));

    private static RuntimeSpec Document(SpecSeccomp profile) => new()
    {
        Process = new SpecProcess { User = new SpecUser { Uid = 0, Gid = 0 }, Args = ["true"], Cwd = "/" },
        Root = new SpecRoot { Path = "rootfs" },
        Linux = new SpecLinux { Seccomp = profile },
    };
}
