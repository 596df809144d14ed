using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

public class RunPodSandboxTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Run_WhenPlain_HasAnAddressOfItsOwnThatAnswers()
    {
        var pod = await RunPodAsync();
        var status = await Client.PodStatusAsync(pod.Id);

        Assert.Equal(PodSandboxState.SandboxReady, status.State);
        Assert.StartsWith(Daemon.Network.Prefix + ".", status.Network.Ip);
        var said = await pod.RunToEndAsync(PodConfigs.Container(Image, "ip", "addr"));
        Assert.Contains($"inet {status.Network.Ip}/24", said.Output);
        Assert.Contains("lo: <LOOPBACK,UP,LOWER_UP>", said.Output);
    }

    [Fact]
    public async Task Run_WhenNamed_HasTheHostname()
    {
        var pod = await RunPodAsync(config => config.Hostname = "my-host");

        var said = await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", "hostname; cat /etc/hostname; echo $HOSTNAME"));

        Assert.Equal("my-host\nmy-host\nmy-host\n", said.Output);
    }

    [Fact]
    public async Task Run_WhenDnsIsConfigured_WritesResolvConf()
    {
        var pod = await RunPodAsync(config => config.DnsConfig = new DNSConfig
        {
            Servers = { "10.10.10.10" },
            Searches = { "svc.example", "example" },
            Options = { "ndots:8" },
        });

        var said = await pod.RunToEndAsync(PodConfigs.Container(Image, "cat", "/etc/resolv.conf"));

        Assert.Equal(
            ["nameserver 10.10.10.10", "options ndots:8", "search svc.example example"],
            said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WhenDnsIsNotConfigured_CopiesTheHosts()
    {
        var pod = await RunPodAsync(config => config.DnsConfig = null);

        var said = await pod.RunToEndAsync(PodConfigs.Container(Image, "cat", "/etc/resolv.conf"));

        Assert.Equal((await File.ReadAllTextAsync("/etc/resolv.conf")).TrimEnd(), said.Output.TrimEnd());
    }

    [Fact]
    public async Task Run_WhenSysctlsAreGiven_SetsThemInThePodAndNotOnTheHost()
    {
        const string OnHost = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        var before = await File.ReadAllTextAsync(OnHost);
        var pod = await RunPodAsync(config =>
        {
            config.Linux.Sysctls["net.ipv4.ip_unprivileged_port_start"] = "77";
            config.Linux.Sysctls["kernel.shm_rmid_forced"] = "1";
        });

        var said = await pod.RunToEndAsync(PodConfigs.Container(Image, "cat", OnHost, "/proc/sys/kernel/shm_rmid_forced"));

        Assert.Equal("77\n1\n", said.Output);
        Assert.Equal(before, await File.ReadAllTextAsync(OnHost));
    }

    [Fact]
    public async Task Run_WhenOnTheHostsNetwork_SeesItAndHasNoAddress()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node);
        var container = PodConfigs.Container(Image, "readlink", "/proc/self/ns/net");
        container.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node;

        var said = await pod.RunToEndAsync(container);

        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, said.Output.Trim());
        Assert.Equal("", (await Client.PodStatusAsync(pod.Id)).Network?.Ip ?? "");
    }

    [Fact]
    public async Task Run_WhenProcessesAreShared_HasAPauseAsPidOneThatReaps()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);
        var config = PodConfigs.Sleeper(Image);
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        var container = await pod.StartAsync(config);

        Assert.Contains("pause", await Client.ExecTextAsync(container, "cat", "/proc/1/cmdline"));
        // The orphan's parent ends at once: pid 1 inherits it and must not leave it a zombie.
        await Client.ExecTextAsync(container, "sh", "-c", "(sh -c 'exit 0' & exec sleep 0.2) & wait; sleep 0.4");
        Assert.DoesNotContain("Z", await Client.ExecTextAsync(container, "ps", "-o", "stat"));
    }

    [Fact]
    public async Task Run_WhenProcessesAreShared_ThePauseIsTheSandboxsUserAndDiesLast()
    {
        var pod = await RunPodAsync(config =>
        {
            config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
            config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 4711 };
            config.Linux.SecurityContext.RunAsGroup = new Int64Value { Value = 4712 };
        });
        var config = PodConfigs.Container(Image, "sh", "-c", "grep -E '^(Uid|Gid)' /proc/1/status; cat /proc/1/oom_score_adj");
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;

        var score = MayGiveLowScores() ? "-998" : File.ReadAllText("/proc/self/oom_score_adj").Trim();
        Assert.Equal($"Uid:\t4711\t4711\t4711\t4711\nGid:\t4712\t4712\t4712\t4712\n{score}\n", (await pod.RunToEndAsync(config)).Output);
    }

    /// <summary>CAP_SYS_RESOURCE, which a build server may keep from us.</summary>
    private static bool MayGiveLowScores()
    {
        const string Bounding = "CapBnd:";
        var set = File.ReadLines("/proc/self/status").Single(line => line.StartsWith(Bounding, StringComparison.Ordinal))[Bounding.Length..];
        return (Convert.ToUInt64(set.Trim(), 16) & (1UL << 24)) != 0;
    }

    [Fact]
    public async Task Run_WhenPidIsTheHosts_SeesItsProcesses()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Node);
        var config = PodConfigs.Container(Image, "readlink", "/proc/self/ns/pid");
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Node;

        Assert.Equal(new FileInfo("/proc/self/ns/pid").LinkTarget, (await pod.RunToEndAsync(config)).Output.Trim());
    }

    [Fact]
    public async Task Run_WhenTwoContainersShareThePod_ShareItsNetworkAndIpcAndNotTheirProcesses()
    {
        var pod = await RunPodAsync();
        var script = "for ns in net ipc uts pid mnt; do readlink /proc/self/ns/$ns; done";
        var first = PodConfigs.Container(Image, "sh", "-c", script);
        var second = PodConfigs.Container(Image, "sh", "-c", script);
        second.Metadata.Name = "second";
        second.LogPath = "second/0.log";

        var one = (await pod.RunToEndAsync(first)).Output.Split('\n');
        var two = (await pod.RunToEndAsync(second)).Output.Split('\n');

        Assert.Equal(one[..3], two[..3]);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, one[0]);
        Assert.NotEqual(new FileInfo("/proc/self/ns/uts").LinkTarget, one[2]);
    }

    [Fact]
    public async Task Run_WhenTwoContainersShareThePod_ShareItsMemory()
    {
        var pod = await RunPodAsync();
        var reader = PodConfigs.Container(Image, "sh", "-c", "cat /dev/shm/note; grep -o ' /dev/shm tmpfs .*' /proc/mounts");
        reader.Metadata.Name = "reader";
        reader.LogPath = "reader/0.log";

        await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", "echo from the first > /dev/shm/note"));
        var lines = (await pod.RunToEndAsync(reader)).Output.Split('\n');

        Assert.Equal("from the first", lines[0]);
        Assert.Contains("size=65536k", lines[1]);
    }

    [Fact]
    public async Task Run_WhenTheKubeletAsksAgain_GivesTheSamePod()
    {
        var pod = await RunPodAsync();

        Assert.Equal(pod.Id, await Client.RunPodAsync(pod.Config));
        Assert.Single(await Client.PodsAsync());
    }

    [Fact]
    public async Task Run_WhenTwoAskAtOnce_MakesOnePod()
    {
        var config = PodConfig();

        var ids = await Task.WhenAll(Client.RunPodAsync(config), Client.RunPodAsync(config));

        Assert.Equal(ids[0], ids[1]);
        Assert.Single(await Client.PodsAsync());
    }

    [Fact]
    public async Task Run_WhenTheNameIsTakenByAnotherConfiguration_SaysByWhom()
    {
        var pod = await RunPodAsync();
        var other = pod.Config.Clone();
        other.Hostname = "other";

        await AssertFailsAsync(StatusCode.AlreadyExists, () => Client.RunPodAsync(other), pod.Id);
    }

    [Fact]
    public async Task Run_WhenTheAttemptIsAnother_IsAnotherPod()
    {
        var pod = await RunPodAsync();
        var next = pod.Config.Clone();
        next.Metadata.Attempt = 1;

        Assert.NotEqual(pod.Id, await Client.RunPodAsync(next));
    }

    [Fact]
    public async Task Run_WhenPortsAreMapped_AnswersOnLoopbackAndOnTheHostsAddress()
    {
        var port = FreePort();
        var pod = await RunPodAsync(config => config.PortMappings.Add(new PortMapping { ContainerPort = 8080, HostPort = port, Protocol = Protocol.Tcp }));
        await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "mkdir /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www"));

        Assert.Equal("served\n", await FetchAsync($"http://127.0.0.1:{port}/index.html"));
        Assert.Equal("served\n", await FetchAsync($"http://{Daemon.Network.Gateway}:{port}/index.html"));
    }

    [Fact]
    public async Task Run_WhenAHostPortLeadsToAnotherPod_NamesItUntilThatOneIsStopped()
    {
        var mapping = new PortMapping { ContainerPort = 80, HostPort = FreePort() };
        var first = await RunPodAsync(config => config.PortMappings.Add(mapping));
        var second = PodConfig(config => config.PortMappings.Add(mapping));

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.RunPodAsync(second), $"TCP {mapping.HostPort}", first.Config.Metadata.Name);

        await Client.StopPodAsync(first.Id);
        Assert.NotEqual("", await Client.RunPodAsync(second));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("namespace")]
    [InlineData("uid")]
    public async Task Run_WhenTheMetadataIsIncomplete_SaysWhatIsMissing(string field)
    {
        var config = PodConfig(one =>
        {
            one.Metadata.Name = field == "name" ? "" : one.Metadata.Name;
            one.Metadata.Namespace = field == "namespace" ? "" : one.Metadata.Namespace;
            one.Metadata.Uid = field == "uid" ? "" : one.Metadata.Uid;
        });

        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.RunPodAsync(config), field);
    }

    [Theory]
    [InlineData("kernel.shm_rmid_forced", "1+net.ipv4.ip_forward=1")]
    [InlineData("kernel.core_pattern", "|/bin/evil")]
    [InlineData("net.ipv4.ip_forward\nkernel.core_pattern", "1")]
    [InlineData("kernel.hostname", "x")]
    public async Task Run_WhenASysctlIsNotThePods_RefusesIt(string name, string value) =>
        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.RunPodAsync(PodConfig(config => config.Linux.Sysctls[name] = value)));

    [Theory]
    [InlineData("net.core.somaxconn", "abc", StatusCode.InvalidArgument, "value")]
    [InlineData("net.ipv4.tcp_mem", "1 2 3", StatusCode.InvalidArgument, "none of that name in a pod")]
    [InlineData("net.ipv4", "1", StatusCode.InvalidArgument, "folder")]
    [InlineData("net.ipv4.tcp_available_congestion_control", "reno", StatusCode.FailedPrecondition, "nobody")]
    public async Task Run_WhenTheKernelRefusesASysctl_SaysWhichAndWhy(string name, string value, StatusCode code, string why)
    {
        await AssertFailsAsync(code, () => Client.RunPodAsync(PodConfig(config => config.Linux.Sysctls[name] = value)), $"\"{name}\"", $"\"{value}\"", why);

        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Run_WhenANetworkSysctlMeetsTheHostsNetwork_RefusesIt()
    {
        var config = PodConfig(one =>
        {
            one.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node;
            one.Linux.Sysctls["net.ipv4.ip_forward"] = "1";
        });

        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.RunPodAsync(config), "net.ipv4.ip_forward");
    }

    [Fact]
    public async Task Run_WhenTheHandlerIsUnknown_NamesThoseThatAre()
    {
        var failure = await AssertFailsAsync(StatusCode.NotFound, () => Client.RunPodAsync(PodConfig(), "nosuch"), "nosuch");

        Assert.Contains(TestNode.Runtime, failure);
    }

    [Fact]
    public async Task Run_WhenThereIsNoConfig_IsRefused() =>
        await AssertFailsAsync(StatusCode.InvalidArgument, async () => await Client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest(), CriClient.Limited));

    [Fact]
    public async Task Run_WhenGroupComesWithoutUser_IsRefused() => await AssertFailsAsync(
        StatusCode.InvalidArgument,
        () => Client.RunPodAsync(PodConfig(config => config.Linux.SecurityContext.RunAsGroup = new Int64Value { Value = 5 })));

    [Fact]
    public async Task Run_WhenTheCniConfigurationIsBroken_SaysSoAndTheStatusToo()
    {
        var good = await File.ReadAllTextAsync(Daemon.Network.ConfigFile);
        try
        {
            await File.WriteAllTextAsync(Daemon.Network.ConfigFile, "{ broken");

            await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.RunPodAsync(PodConfig()), "10-test.conflist");

            var status = await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited);
            Assert.False(status.Status.Conditions.Single(condition => condition.Type == "NetworkReady").Status);
        }
        finally
        {
            await File.WriteAllTextAsync(Daemon.Network.ConfigFile, good);
        }

        Assert.NotEqual("", await Client.RunPodAsync(PodConfig()));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The server in the container needs a moment until it listens.
    private static async Task<string> FetchAsync(string url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await http.GetStringAsync(url);
            }
            catch (Exception failure) when (attempt < 100 && failure is HttpRequestException or TaskCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
