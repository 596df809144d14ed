using System.Runtime.InteropServices;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;
using Xunit.Abstractions;

namespace CriSharp.IntegrationTests.Security;

public class AppArmorTests(SharedInstance shared, ITestOutputHelper output) : PodTest(shared)
{
    private const string Own = "crisharp-tests-own";
    private const string CurrentLabel = "cat /proc/self/attr/current";

    /// <summary>With no_new_privs the kernel lays a profile over that of the runtime, where this has one: both hold.</summary>
    private const string Confined = "^crisharp-default(//&crun \\(mixed\\)| \\(enforce\\))\n$";

    [AppArmorFact]
    public async Task RuntimeDefault_AndNothing_RunUnderTheDaemonsProfile_AndExecToo()
    {
        foreach (var profile in (SecurityProfile?[])[null, new SecurityProfile()])
        {
            var (_, container) = await RunSleeperAsync(config => config.Linux.SecurityContext.Apparmor = profile);

            Assert.Equal("crisharp-default (enforce)\n", (await Client.ExecAsync(container, "sh", "-c", CurrentLabel)).Stdout.ToStringUtf8());
            Assert.Equal("crisharp-default (enforce)\n", (await Client.ExecAsync(container, "cat", "/proc/1/attr/current")).Stdout.ToStringUtf8());
            await Client.StopAsync(container, 10);
        }
    }

    /// <summary>With all capabilities and without the mounts that hide and write-protect, so that only the profile is in the way.</summary>
    [AppArmorFact]
    public async Task RuntimeDefault_ClosesWhatIsTheHosts()
    {
        const string Script = """
            for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/sysrq /proc/sys/vm/swappiness /proc/sys/fs/file-max /proc/sysrq-trigger; do
              if (: >> $f) 2>/dev/null; then echo "open $f"; else echo "closed $f"; fi
            done
            for f in /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/hostname /proc/sys/kernel/shmmax /proc/sys/kernel/msgmax /proc/sys/kernel/sem /proc/sys/fs/mqueue/msg_max /proc/sys/user/max_user_namespaces; do
              if (: >> $f) 2>/dev/null; then echo "open $f"; else echo "closed $f"; fi
            done
            head -c 1 /proc/kcore 2>/dev/null | grep -q . && echo "open kcore" || echo "closed kcore"
            ls /sys/kernel/security /sys/firmware > /dev/null 2>&1 && echo "open firmware" || echo "closed firmware"
            mount -t tmpfs none /tmp 2>/dev/null && echo "open mount" || echo "closed mount"
            sleep 100 & kill $! && echo "signals work"
            """;
        var said = await RunAsync(Script, null);
        var unconfined = await RunAsync(Script, new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined });

        output.WriteLine($"{said}\nunconfined:\n{unconfined}");
        foreach (var name in (string[])[
            "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/sysrq", "/proc/sys/vm/swappiness", "/proc/sys/fs/file-max", "/proc/sysrq-trigger", "kcore", "firmware", "mount"])
        {
            Assert.Contains($"closed {name}\n", said);
        }

        foreach (var name in (string[])[
            "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/hostname", "/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmax", "/proc/sys/kernel/sem",
            "/proc/sys/fs/mqueue/msg_max", "/proc/sys/user/max_user_namespaces"])
        {
            Assert.Contains($"open {name}\n", said);
        }

        Assert.Contains("signals work\n", said);
        Assert.Contains("open /proc/sys/kernel/core_pattern\n", unconfined);
        Assert.Contains("open mount\n", unconfined);
    }

    /// <summary>The filter of calls is off: the profile alone closes the families, also to socketcall.</summary>
    [AppArmorFact]
    public async Task RuntimeDefault_ClosesTheKernelsCiphersAndTheHypervisor()
    {
        var pod = await RunPodAsync();
        var config = HostPrograms.Container(Image, "/usr/bin/python3", $"{HostPrograms.Scripts}/calls.py");
        config.Linux.SecurityContext.Seccomp.ProfileType = SecurityProfile.Types.ProfileType.Unconfined;

        var said = (await pod.RunToEndAsync(config)).Output;

        output.WriteLine(said);
        string[] of32Bits = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? ["int80-socketcall-alg", "int80-socketcall-vsock"] : [];
        Assert.All((string[])["socket-alg", "socket-vsock", .. of32Bits], name => Assert.Matches($"(?m)^{name} (EACCES|EAFNOSUPPORT)$", said));
        Assert.Contains("socket-inet ok\n", said);
        Assert.Contains("socket-unix ok\n", said);
        Assert.Contains("socket-netlink ok\n", said);
    }

    [AppArmorFact]
    public async Task Unconfined_Privileged_AndLocalhost_AreTakenAtTheirWord()
    {
        await AppArmorParser.RunAsync("-Kr", $"profile {Own} {{ file, capability, network, signal, deny /etc/passwd r, }}");
        try
        {
            Assert.Equal("unconfined\n", await RunAsync(CurrentLabel, new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined }));
            Assert.Equal($"{Own} (enforce)\n", await RunAsync(CurrentLabel, Localhost(Own)));
            Assert.Equal($"{Own} (enforce)\nclosed\n", await RunAsync($"{CurrentLabel}; cat /etc/passwd 2>/dev/null || echo closed", Localhost($"localhost/{Own}")));

            var pod = await RunPodAsync(config => config.Linux.SecurityContext.Privileged = true);
            var privileged = PodConfigs.Container(Image, "sh", "-c", CurrentLabel);
            privileged.Linux.SecurityContext.Privileged = true;
            Assert.DoesNotContain("crisharp", (await pod.RunToEndAsync(privileged)).Output);
        }
        finally
        {
            await AppArmorParser.RunAsync("-KR", $"profile {Own} {{ }}");
        }

        var gone = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        config.Linux.SecurityContext.Apparmor = Localhost(Own);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => gone.CreateAsync(config), Own, "not loaded");
    }

    [AppArmorFact]
    public async Task TheDaemonsProfile_IsLoadedAgainWhenItIsGone()
    {
        await AppArmorParser.RunAsync("-KR", "profile crisharp-default { }");

        Assert.Equal("crisharp-default (enforce)\n", await RunAsync(CurrentLabel, new SecurityProfile()));
    }

    [AppArmorFact]
    public async Task AnInfraContainer_IsConfinedToo()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);
        var config = PodConfigs.Container(Image, "cat", "/proc/1/attr/current");
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;

        Assert.Matches(Confined, (await pod.RunToEndAsync(config)).Output);
    }

    [AppArmorFact]
    public async Task NoNewPrivileges_GoesWithAProfile()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", CurrentLabel);
        config.Linux.SecurityContext.NoNewPrivs = true;
        config.Linux.SecurityContext.Seccomp = new SecurityProfile();
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 };

        Assert.Matches(Confined, (await pod.RunToEndAsync(config)).Output);
    }

    private static SecurityProfile Localhost(string name) => new() { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = name };

    private async Task<string> RunAsync(string script, SecurityProfile? profile)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", script);
        config.Linux.SecurityContext.Apparmor = profile;
        config.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { "ALL" } };
        return (await pod.RunToEndAsync(config)).Output;
    }
}
