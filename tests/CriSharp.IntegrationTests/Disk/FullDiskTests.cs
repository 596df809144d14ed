using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>Not one block is left: what is there can be stopped and removed, ends are known, the log says what it lost, and all goes on once there is room.</summary>
public sealed class FullDiskTests : DiskTest
{
    private const int ReservePieces = 16;

    [Fact]
    public async Task StopAndRemove_WhenTheDiskIsFull_WorkAndSurviveAKill()
    {
        var (first, stopped) = await RunSleeperAsync();
        var (second, running) = await RunSleeperAsync();
        Disk.Fill();

        await Client.StopAsync(stopped, 10);
        Assert.Equal(0, (await Client.StatusAsync(stopped)).ExitCode);
        await Client.StopPodAsync(first.Id);

        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();

        var status = await Client.StatusAsync(stopped);
        Assert.Equal((ContainerState.ContainerExited, 0, "Completed"), (status.State, status.ExitCode, status.Reason));
        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(first.Id)).State);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(running)).State);
        Assert.Equal("hello\n", await Client.ExecTextAsync(running, "echo", "hello"));

        await Client.RemoveAsync(stopped);
        await Client.RemovePodAsync(first.Id);
        await Client.RemovePodAsync(second.Id);
        await Client.RemoveImageAsync(Image);
        Assert.Empty(await Client.PodsAsync());
        Assert.Empty(await Client.ContainersAsync());
        Assert.True(Disk.Space.AvailableBytes > 1 << 20, $"{Disk.Space}");
        Disk.Free();
        Assert.Equal(Image, await Client.PullAsync(ImageName));
    }

    [Fact]
    public async Task Reserve_WhenTheDiskFills_IsGivenUpRefusesNewThingsAndIsMadeAgain()
    {
        var (pod, container) = await RunSleeperAsync();
        Assert.Equal(ReservePieces, Directory.GetFiles(ReserveFolder).Length);
        Assert.True((await RuntimeReadyAsync()).Status);
        Disk.Fill();

        await Client.StopAsync(container, 10);
        await WaitUntilAsync(() => Directory.GetFiles(ReserveFolder).Length < ReservePieces, "the reserve's use");

        // A piece more than the write needed is free now, but it is not for new things.
        var failure = await AssertExhaustedAsync(() => Client.RunPodAsync(PodConfig()));
        Assert.Contains("reserve", failure.Status.Detail);
        Assert.True((await RuntimeReadyAsync()).Status);
        Assert.Contains("\"full\":true", (await StatusAsync()).Info["disk"]);
        Assert.Contains("The disk is full: the reserve for state", Daemon.Log);

        Disk.Free();
        await WaitUntilAsync(() => Directory.GetFiles(ReserveFolder).Length == ReservePieces, "the reserve's return");
        await WaitUntilAsync(() => Daemon.Log.Contains("is whole", StringComparison.Ordinal), "the word of it");
        Assert.Contains("\"full\":false", (await StatusAsync()).Info["disk"]);
        await pod.EndAsync();
        await (await RunPodAsync()).EndAsync();
    }

    [Fact]
    public async Task Exit_WhenItCannotBeWrittenAndNoDaemonRuns_IsKeptByTheMonitor()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "while [ ! -e /dev/shm/end ]; do sleep 0.05; done; exit 7"));
        var exitFile = Path.Combine(Daemon.Root, "containers", container, "exit");
        var shm = $"/proc/{await InitPidAsync(container)}/root/dev/shm/end";
        await Daemon.KillDaemonAsync();
        Disk.Fill();
        await File.WriteAllTextAsync(shm, "");
        await WaitUntilAsync(() => !File.Exists(shm), "the container's end");
        Assert.False(File.Exists(exitFile));

        // The disk is still full: the daemon asks the monitor, and gives up a piece of the reserve for what it has to write.
        await Daemon.StartDaemonAsync();
        var status = await Client.WaitForExitAsync(container);
        Assert.Equal((7, "Error"), (status.ExitCode, status.Reason));
        await WaitUntilAsync(() => File.Exists(exitFile), "the monitor's record");

        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();
        Assert.Equal(status, await Client.StatusAsync(container));
        await pod.EndAsync();
    }

    [Fact]
    public async Task Log_WhenTheDiskIsFull_SaysWhatItLostOnceThereIsRoom()
    {
        var config = PodConfig();
        config.LogDirectory = Path.Combine(Disk.MountPoint, "logs");
        var pod = await RunPodAsync(config);
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "i=0; while :; do echo line $i of many; i=$((i+1)); usleep 500; done"));
        var log = (await Client.StatusAsync(container)).LogPath;
        Disk.Fill();
        var full = 0L;
        await WaitUntilAsync(async () =>
        {
            var before = full;
            await Task.Delay(TimeSpan.FromSeconds(1));
            full = new FileInfo(log).Length;
            return before == full;
        }, "the log's standstill");

        Disk.Free();
        await WaitUntilAsync(() => new FileInfo(log).Length > full + 4096, "more of the log");
        await Client.StopAsync(container, 0);

        var lines = await File.ReadAllLinesAsync(log);
        var numbers = lines.Where(line => line.Contains(" F line ", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[4])).ToList();
        Assert.Single(lines, line => line.Contains("bytes of the log were lost here", StringComparison.Ordinal));
        // Each line is whole, but for the one that the disk's end cut; none comes twice.
        Assert.InRange(lines.Count(line => line.Split(' ').Length < 4), 0, 1);
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.True(numbers[^1] - numbers[0] + 1 > numbers.Count, "nothing was lost");
        await pod.EndAsync();
    }

    private async Task<int> InitPidAsync(string container)
    {
        var answer = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = System.Text.Json.JsonDocument.Parse(answer.Info["info"]);
        return info.RootElement.GetProperty("pid").GetInt32();
    }
}
