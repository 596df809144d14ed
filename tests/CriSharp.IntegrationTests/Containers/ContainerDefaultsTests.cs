using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>What the daemon's configuration gives to every container, in its first process and in an exec.</summary>
public sealed class ContainerDefaultsTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync(
            "--insecure-registry", _registry.Host, "--default-ulimits", "nofile=1024:1024", "--default-ulimits", "stack=4194304:8388608", "--default-ulimits", "core=0",
            "--default-env", "NODE=here", "--default-env", "GIVEN=default", "--default-capabilities", "CHOWN", "--device-ownership-from-security-context", "true");
        _image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Container_HasTheDefaults_AtItsStartAndInAnExec()
    {
        // An older runc is written in a Go that raises its own soft limit of open files to the hard one, now and then after it was given them.
        const string Command = "ulimit -n; ulimit -s; ulimit -Hs; ulimit -c; umask; echo $NODE $GIVEN; grep CapEff /proc/self/status";
        string[] expected = ["1024", "4096", "8192", "0", "0022", "here pod", "CapEff:\t0000000000000001"];
        var podConfig = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(podConfig), podConfig);
        var config = PodConfigs.Container(_image, "sh", "-c", $"{Command}; sleep 1000");
        config.Envs.Add(new Cri.V1.KeyValue { Key = "GIVEN", Value = Google.Protobuf.ByteString.CopyFromUtf8("pod") });
        var container = await pod.StartAsync(config);

        Assert.Equal(expected, (await _daemon.Client.ExecTextAsync(container, "sh", "-c", Command)).TrimEnd().Split('\n'));
        var status = await _daemon.Client.StatusAsync(container);
        await _daemon.WaitUntilAsync(() => RunningPod.LogLines(status).Count == expected.Length);
        Assert.Equal(expected, RunningPod.LogLines(status).Select(line => line.Text));
        await pod.EndAsync();
    }

    [Fact]
    public async Task Device_ThatIsAskedFor_IsTheUsers()
    {
        var podConfig = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(podConfig), podConfig);
        var config = PodConfigs.Container(_image, "stat", "-c", "%u:%g", "/dev/own");
        config.Linux.SecurityContext.RunAsUser = new Cri.V1.Int64Value { Value = 4711 };
        config.Linux.SecurityContext.RunAsGroup = new Cri.V1.Int64Value { Value = 4712 };
        config.Devices.Add(new Cri.V1.Device { HostPath = "/dev/full", ContainerPath = "/dev/own", Permissions = "rw" });

        Assert.Equal("4711:4712\n", (await pod.RunToEndAsync(config)).Output);
        await pod.EndAsync();
    }
}
