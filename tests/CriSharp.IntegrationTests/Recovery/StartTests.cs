using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>Starts of the daemon that can't work say why.</summary>
public class StartTests
{
    [Fact]
    public async Task Start_WhenTheRuntimeIsMissing_SaysWhatAndWhere()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartAsync("--runtimes", "gone:/no/such/runc", "--default-runtime", "gone"));

        Assert.Contains("/no/such/runc", failure.Message);
    }

    [Fact]
    public async Task Start_WhenTheRootCannotBeWritten_SaysSo()
    {
        // /proc takes no folders, not even root's.
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartAsync("--root", "/proc/crisharp"));

        Assert.Contains("/proc/crisharp", failure.Message);
    }

    [Fact]
    public async Task Start_WhenAFlagIsUnknown_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartAsync("--no-such-flag"));

        Assert.Contains("--no-such-flag", failure.Message);
    }

    [Fact]
    public async Task Start_WhenTwoInstancesLiveSideBySide_BothServe()
    {
        await using var first = await DaemonInstance.StartAsync();
        await using var second = await DaemonInstance.StartAsync();
        var config = PodConfigs.Pod(first.CgroupParent, first.PodLogs);

        var inFirst = await first.Client.RunPodAsync(config);
        config.Linux.CgroupParent = second.CgroupParent;
        var inSecond = await second.Client.RunPodAsync(config);

        Assert.NotEqual(inFirst, inSecond);
        Assert.Equal(inFirst, Assert.Single(await first.Client.PodsAsync()).Id);
        Assert.Equal(inSecond, Assert.Single(await second.Client.PodsAsync()).Id);
        await first.Client.RemovePodAsync(inFirst);
        await second.Client.RemovePodAsync(inSecond);
    }
}
