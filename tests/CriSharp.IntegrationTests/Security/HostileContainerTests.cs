using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Files;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Security;

/// <summary>Containers that want their daemon or their monitor to die, or their log to be another file. The names are those of the holes of others.</summary>
public class HostileContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Theory]
    [InlineData("../../../etc/x")]
    [InlineData("/etc/x")]
    [InlineData("main/../../x")]
    public async Task LogPath_ThatLeavesThePodsFolder_IsRefused_CVE_2025_0750(string path)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.LogPath = path;

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "log_path", path);
    }

    /// <summary>Who may write the pod's log folder could have the daemon write, and the kubelet read, any file.</summary>
    [Fact]
    public async Task Log_ThatIsALink_IsNotFollowed_CVE_2026_53489()
    {
        var target = Path.Combine(Daemon.Folder, "log-target");
        await File.WriteAllTextAsync(target, "precious");
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "echo", "hello");
        var log = Path.Combine(pod.Config.LogDirectory, config.LogPath);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.CreateSymbolicLink(log, target);

        await Assert.ThrowsAsync<RpcException>(() => pod.StartAsync(config));

        Assert.Equal("precious", await File.ReadAllTextAsync(target));
        File.Delete(log);
    }

    /// <summary>Nor is the folder of a container's logs, which may be one by the time that they are rotated.</summary>
    [Fact]
    public async Task Log_InAFolderThatIsALink_IsNotMadeBehindIt_CVE_2026_53489()
    {
        var victim = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "log-victim"));
        var (pod, container) = await RunSleeperAsync();
        var folder = Path.Combine(pod.Config.LogDirectory, "main");
        Directory.Move(folder, folder + "-moved");
        Directory.CreateSymbolicLink(folder, victim.FullName);
        var second = PodConfigs.Container(Image, "echo", "hello");
        second.Metadata.Name = "second";
        second.LogPath = "main/second.log";

        await Assert.ThrowsAsync<RpcException>(() => Client.ReopenLogAsync(container));
        await Assert.ThrowsAsync<RpcException>(() => pod.CreateAsync(second));

        Assert.Empty(victim.GetFileSystemInfos());
        File.Delete(folder);
    }

    [Fact]
    public async Task ReopenedLog_ThatIsALink_IsNotFollowed_CVE_2026_53489()
    {
        var target = Path.Combine(Daemon.Folder, "reopened-target");
        await File.WriteAllTextAsync(target, "precious");
        var (_, container) = await RunSleeperAsync(config => config.Command[2] = "trap 'exit 0' TERM; while :; do echo tick; sleep 0.1; done");
        var log = (await Client.StatusAsync(container)).LogPath;
        File.Move(log, log + ".1");
        File.CreateSymbolicLink(log, target);

        await Assert.ThrowsAsync<RpcException>(() => Client.ReopenLogAsync(container));

        Assert.Equal("precious", await File.ReadAllTextAsync(target));
        File.Delete(log);
    }

    /// <summary>They lie below the run root, in the memory of the node, where a filled disk would keep every pod from being probed.</summary>
    [Fact]
    public async Task FilesOfThePod_WhenAContainerFillsThem_FillNothingElse()
    {
        const long Written = 64 << 20;
        var (_, container) = await RunSleeperAsync();

        foreach (var file in (string[])["/etc/hostname", "/etc/resolv.conf", "/etc/hosts"])
        {
            var answer = await Client.ExecAsync(container, "dd", "if=/dev/zero", $"of={file}", "bs=1M", "count=64");

            Assert.Contains("No space left on device", answer.Stderr.ToStringUtf8());
        }

        Assert.True(FileSystemSpace.Of(Daemon.RunRoot).AvailableBytes > Written, "the run root itself is too full for this test");
    }

    /// <summary>The monitor is neither in the container's cgroup nor in its pod's, and the kernel would rather take the container.</summary>
    [Fact]
    public async Task OutOfMemory_TakesTheContainerAndNotItsMonitor_CVE_2019_14891()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "dd if=/dev/zero of=/dev/null bs=100M");
        config.Linux.Resources.MemoryLimitInBytes = 32 << 20;
        var container = await pod.CreateAsync(config);
        var monitor = Assert.Single(Monitors.Of(Daemon.Folder, container));
        var cgroups = await File.ReadAllTextAsync($"/proc/{monitor}/cgroup");
        await Client.StartAsync(container);

        var status = await Client.WaitForExitAsync(container);

        Assert.Equal(("OOMKilled", 137), (status.Reason, status.ExitCode));
        Assert.DoesNotContain(container, cgroups);
        Assert.DoesNotContain(Daemon.CgroupParent, cgroups);
    }

    [Fact]
    public async Task Exec_ThatNeverEndsToTalk_CostsTheDaemonNothing_CVE_2022_1708_CVE_2022_31030()
    {
        const int LimitBytes = 16 << 20;
        const long MoreAllowedKibibytes = 96 << 10;
        var (_, container) = await RunSleeperAsync();
        await Client.ExecAsync(container, "sh", "-c", "yes | head -c 20000000");
        var before = ResidentKibibytes();

        var answer = await Client.ExecAsync(container, "sh", "-c", "yes | head -c 400000000");

        Assert.Equal(0, answer.ExitCode);
        Assert.Equal(LimitBytes, answer.Stdout.Length);
        Assert.InRange(ResidentKibibytes(), 0, before + MoreAllowedKibibytes);
    }

    private long ResidentKibibytes() => long.Parse(
        File.ReadLines($"/proc/{Daemon.DaemonPid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture);

    private int Descriptors() => Directory.GetFileSystemEntries($"/proc/{Daemon.DaemonPid}/fd").Length;

    [Fact]
    public async Task Exec_ThatFailsAgainAndAgain_LeavesNoDescriptor()
    {
        const int Count = 100;
        var (_, container) = await RunSleeperAsync();
        await FailAsync(20);
        var before = Descriptors();

        await FailAsync(Count);

        Assert.InRange(Descriptors(), 0, before + (Count / 10));

        async Task FailAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await Record.ExceptionAsync(() => Client.ExecAsync(container, "/no/such/program"));
            }
        }
    }
}
