using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>The root's file system is made read-only, as the kernel does it after an error of the device, and writable again.</summary>
public sealed class ReadOnlyRootTests : DiskTest
{
    [Fact]
    public async Task Root_WhenReadOnlyForAWhile_IsToldToTheKubeletAndContainersGoOn()
    {
        var (pod, container) = await RunSleeperAsync();
        var (other, stopped) = await RunSleeperAsync();
        Assert.True((await RuntimeReadyAsync()).Status);

        await Disk.RemountReadOnlyAsync();
        await WaitUntilAsync(async () => !(await RuntimeReadyAsync()).Status, "the condition");

        var condition = await RuntimeReadyAsync();
        Assert.Equal("RootReadOnly", condition.Reason);
        Assert.Contains(Daemon.Root, condition.Message);
        Assert.Contains("\"writable\":false", (await StatusAsync()).Info["disk"]);
        Assert.Equal("still here\n", await Client.ExecTextAsync(container, "echo", "still here"));
        Assert.Equal(2, (await Client.ContainersAsync()).Count);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        await AssertRefusedAsync(() => Client.RunPodAsync(PodConfig()));
        await AssertRefusedAsync(() => pod.CreateAsync(Another()));
        await AssertRefusedAsync(() => Client.PullAsync(ImageName));
        await Client.StopAsync(stopped, 10);

        await Disk.RemountWritableAsync();
        await WaitUntilAsync(async () => (await RuntimeReadyAsync()).Status, "the condition's end");

        Assert.Single(Daemon.Log.Split('\n'), line => line.Contains("RootReadOnly:", StringComparison.Ordinal));
        Assert.Equal(0, (await Client.StatusAsync(stopped)).ExitCode);
        await pod.StartAsync(Another());
        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();
        Assert.Equal(0, (await Client.StatusAsync(stopped)).ExitCode);
        await pod.EndAsync();
        await other.EndAsync();
    }

    [Fact]
    public async Task Start_WhenTheRootIsReadOnly_SaysSoInOneLineAndEnds()
    {
        await Daemon.StopDaemonAsync();
        await Disk.RemountReadOnlyAsync();

        var (exitCode, output) = await Daemon.RunSecondDaemonAsync();

        Assert.Equal(1, exitCode);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(Daemon.Root, line);
        Assert.Contains("writable", line);
        await Disk.RemountWritableAsync();
        await Daemon.StartDaemonAsync();
        Assert.NotNull(await Client.ImageAsync(Image));
    }

    private static async Task AssertRefusedAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(failure.StatusCode == StatusCode.FailedPrecondition, $"{failure.StatusCode}: {failure.Status.Detail}");
        Assert.Contains("read-only", failure.Status.Detail);
    }

    private ContainerConfig Another()
    {
        var config = TestSupport.Daemons.PodConfigs.Sleeper(Image);
        config.Metadata.Name = "another";
        return config;
    }
}
