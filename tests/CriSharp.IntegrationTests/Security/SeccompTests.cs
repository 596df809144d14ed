using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using Grpc.Core;
using Xunit.Abstractions;

namespace CriSharp.IntegrationTests.Security;

/// <summary>What programs can do under RuntimeDefault, and what they can't.</summary>
public class SeccompTests(SharedInstance shared, ITestOutputHelper output) : PodTest(shared)
{
    /// <summary>By what calls.py prints. EPERM: by the filter or, where a capability is wanted, by the kernel after it; both are no.</summary>
    private const string WithoutCapabilities =
        """
        acct EPERM
        add_key EPERM
        bpf EPERM
        chroot EPERM
        clock_settime EPERM
        clone-mount EPERM
        clone-user EPERM
        clone3 ENOSYS
        delete_module EPERM
        finit_module EPERM
        fsopen EPERM
        init_module EPERM
        int80-keyctl EPERM
        int80-mount EPERM
        int80-socket-vsock EAFNOSUPPORT
        int80-unshare-user EPERM
        io_uring_enter EPERM
        io_uring_register EPERM
        io_uring_setup EPERM
        kcmp EPERM
        kexec_load EPERM
        keyctl EPERM
        mount EPERM
        move_pages EPERM
        no_such_call ENOSYS
        open_by_handle_at EPERM
        open_tree EPERM
        perf_event_open EPERM
        personality-no-random ENOSYS
        pidfd_getfd EPERM
        process_madvise EPERM
        quotactl EPERM
        reboot EPERM
        request_key EPERM
        setdomainname EPERM
        sethostname EPERM
        setns EPERM
        settimeofday EPERM
        socket-alg EAFNOSUPPORT
        socket-alg-high-bits EAFNOSUPPORT
        socket-vsock EAFNOSUPPORT
        socket-vsock-high-bits EAFNOSUPPORT
        swapon EPERM
        syslog EPERM
        umount2 EPERM
        unshare-nothing EPERM
        unshare-user EPERM
        userfaultfd EPERM
        """;

    /// <summary>These get to the kernel, whatever it says to their arguments.</summary>
    private const string AlwaysOpen =
        "int80-getpid int80-socket-unix int80-socketcall-unix memfd_create openat2 personality pidfd_open process_vm_readv ptrace socket-inet socket-netlink socket-unix statx";

    /// <summary>These too, where the kernel and the library that compiles the filter know them.</summary>
    private const string OpenWhereKnown = "cachestat fchmodat2 futex_waitv landlock_create_ruleset lsm_set_self_attr mbind mseal";

    [Fact]
    public async Task RuntimeDefault_RefusesWhatReachesPastAContainer()
    {
        var said = await CallsAsync(config => { });

        var expected = Table(WithoutCapabilities);
        Assert.Equal(expected, expected.Keys.Where(said.ContainsKey).ToDictionary(name => name, name => said[name]));
        Assert.All(expected.Keys.Where(name => !name.StartsWith("int80", StringComparison.Ordinal)), name => Assert.Contains(name, said.Keys));
        Assert.DoesNotContain(AlwaysOpen.Split(' '), name => said.GetValueOrDefault(name) is "EPERM" or "ENOSYS" or "EACCES");
        Assert.DoesNotContain(OpenWhereKnown.Split(' '), name => said[name] is "EPERM" or "EACCES");
        Assert.DoesNotContain(said, call => call.Value.StartsWith("signal", StringComparison.Ordinal) && !call.Key.StartsWith("int80", StringComparison.Ordinal));
    }

    /// <summary>So that what is refused above is refused by the filter, and not by this kernel.</summary>
    [Fact]
    public async Task WithoutAFilter_TheSameCallsReachTheKernel()
    {
        var said = await CallsAsync(config =>
        {
            config.Linux.SecurityContext.Seccomp.ProfileType = SecurityProfile.Types.ProfileType.Unconfined;
            config.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { "ALL" } };
        });

        Assert.DoesNotContain(
            (string[])["bpf", "chroot", "clone-mount", "clone3", "keyctl", "mount", "open_by_handle_at", "perf_event_open", "request_key", "setns", "settimeofday", "umount2", "unshare-user"],
            name => said[name] is "EPERM" or "ENOSYS");
        Assert.Equal("ok", said["personality-no-random"]);
    }

    [Theory]
    [InlineData("SYS_ADMIN", "bpf clone-mount clone3 fsopen mount open_tree perf_event_open setns sethostname umount2 unshare-nothing")]
    [InlineData("SYS_TIME", "clock_settime settimeofday")]
    [InlineData("SYS_PTRACE", "kcmp pidfd_getfd process_madvise")]
    [InlineData("SYS_CHROOT", "chroot")]
    [InlineData("DAC_READ_SEARCH", "open_by_handle_at")]
    public async Task ACapability_OpensItsCallsAndNoOthers(string capability, string calls)
    {
        var said = await CallsAsync(config => config.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { capability } });

        Assert.DoesNotContain(calls.Split(' '), name => said[name] is "EPERM" or "ENOSYS");
        Assert.Equal(("EPERM", "EPERM", "EPERM"), (said["keyctl"], said["userfaultfd"], said["io_uring_setup"]));
        if (capability != "SYS_ADMIN")
        {
            Assert.Equal(("EPERM", "ENOSYS", "EPERM"), (said["mount"], said["clone3"], said["unshare-user"]));
        }
    }

    [Fact]
    public async Task RuntimeDefault_LetsCommonProgramsRun()
    {
        var pod = await RunPodAsync();
        var run = await pod.RunToEndAsync(HostPrograms.Container(Image, "/usr/bin/bash", $"{HostPrograms.Scripts}/programs.sh"));

        output.WriteLine(run.Output);
        Assert.DoesNotContain("failed", run.Output);
        foreach (var program in (string[])["bash", "tar", "python3", "perl", "openssl", "ps", "dotnet"])
        {
            Assert.Contains($"ok {program}\n", run.Output);
        }
    }

    [Fact]
    public async Task NoNewPrivileges_GoesWithAFilter()
    {
        var pod = await RunPodAsync();
        var config = HostPrograms.Container(Image, "/usr/bin/grep", "-E", "^(NoNewPrivs|Seccomp):", "/proc/self/status");
        config.Linux.SecurityContext.NoNewPrivs = true;
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 };

        Assert.Equal("NoNewPrivs:\t1\nSeccomp:\t2\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Exec_HasTheFilterToo()
    {
        var (_, container) = await RunSleeperAsync(config => config.Linux.SecurityContext.Seccomp = new SecurityProfile());

        var said = await Client.ExecAsync(container, "sh", "-c", "grep Seccomp: /proc/self/status; unshare -U true 2>&1");

        Assert.StartsWith("Seccomp:\t2\n", said.Stdout.ToStringUtf8());
        Assert.Contains("not permitted", said.Stdout.ToStringUtf8());
    }

    [Fact]
    public async Task Localhost_InDockersForm_IsAppliedWithItsConditions()
    {
        const string Profile = """
            {"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]},{"architecture":"SCMP_ARCH_AARCH64"}],
             "syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errno":"EXDEV","excludes":{"caps":["CAP_SYS_ADMIN"]}},
                         {"names":["rmdir","unlinkat"],"action":"SCMP_ACT_ERRNO","errno":"EXDEV","includes":{"minKernel":"99.0"}}]}
            """;
        var file = Path.Combine(Daemon.Folder, "docker.json");
        await File.WriteAllTextAsync(file, Profile);
        var pod = await RunPodAsync();
        var config = HostPrograms.Container(Image, "/usr/bin/bash", "-c", "mkdir /tmp/a 2>&1; rmdir /tmp/a 2>&1; echo here");
        config.Linux.SecurityContext.Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = file };
        var administrator = config.Clone();
        administrator.Metadata.Name = "administrator";
        administrator.LogPath = "administrator/0.log";
        administrator.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { "SYS_ADMIN" } };

        Assert.Contains("Invalid cross-device link", (await pod.RunToEndAsync(config)).Output);
        Assert.Equal("here\n", (await pod.RunToEndAsync(administrator)).Output);
    }

    [Theory]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", "SCMP_ACT_NOTIFY")]
    [InlineData("{\"defaultAction\"", "malformed")]
    [InlineData(null, "doesn't exist")]
    public async Task Localhost_ThatCantBeApplied_IsRefused(string? profile, string words)
    {
        var file = Path.Combine(Daemon.Folder, $"{Guid.NewGuid()}.json");
        if (profile is not null)
        {
            await File.WriteAllTextAsync(file, profile);
        }

        var pod = await RunPodAsync();
        var config = HostPrograms.Container(Image, "true");
        config.Linux.SecurityContext.Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = file };

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), file, words);
    }

    private async Task<Dictionary<string, string>> CallsAsync(Action<ContainerConfig> change)
    {
        var pod = await RunPodAsync();
        var config = HostPrograms.Container(Image, "/usr/bin/python3", $"{HostPrograms.Scripts}/calls.py");
        change(config);
        var run = await pod.RunToEndAsync(config);
        output.WriteLine(run.Output);
        Assert.Equal(0, run.Status.ExitCode);
        return Table(run.Output);
    }

    private static Dictionary<string, string> Table(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words[1]);
}
