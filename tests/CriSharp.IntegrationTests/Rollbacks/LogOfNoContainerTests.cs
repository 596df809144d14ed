using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Rollbacks;

/// <summary>A kubelet tells from the logs that it finds how often a container has been started: one that never was leaves none.</summary>
public sealed class LogOfNoContainerTests(FailPointInstance shared) : IClassFixture<FailPointInstance>
{
    private static readonly FailPoint AfterTheLog = new("CreateContainer", "monitor and the runtime's create");

    private DaemonInstance Daemon => shared.Daemon;

    [Fact]
    public async Task Create_ThatFails_LeavesNoLogUnlessAnotherHasWrittenIt()
    {
        var pod = await shared.RunPodAsync();
        var config = PodConfigs.Container(shared.ImageId, "/no/such/program");
        var log = LogOf(pod, config);

        await Assert.ThrowsAsync<RpcException>(() => pod.CreateAsync(config));
        Assert.False(File.Exists(log));

        await File.WriteAllTextAsync(log, "an earlier one's\n");
        await Assert.ThrowsAsync<RpcException>(() => pod.CreateAsync(config));
        Assert.Equal("an earlier one's\n", await File.ReadAllTextAsync(log));
        await pod.EndAsync();
    }

    [Fact]
    public async Task Create_ThatTakesTheDaemonWithIt_LeavesNoLog()
    {
        var pod = await shared.RunPodAsync();
        var config = PodConfigs.Sleeper(shared.ImageId);
        Daemon.FailPoints.Plan(AfterTheLog, "kill");
        await Assert.ThrowsAsync<RpcException>(() => pod.CreateAsync(config));
        await Daemon.DaemonDiedAsync();
        Assert.True(File.Exists(LogOf(pod, config)));

        Daemon.FailPoints.Clear();
        await Daemon.StartDaemonAsync();
        await Daemon.Client.PodsAsync();
        Assert.False(File.Exists(LogOf(pod, config)));

        await pod.StartAsync(config);
        Assert.True(File.Exists(LogOf(pod, config)));
        await pod.EndAsync();
    }

    private static string LogOf(RunningPod pod, ContainerConfig config) => Path.Combine(pod.Config.LogDirectory, config.LogPath);
}
