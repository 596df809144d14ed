using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Ends;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>The same with thousands is run by hand: tests/CriSharp.Benchmarks ends.</summary>
public class ManyEndsTests
{
    [Theory]
    [InlineData(99, false)]
    [InlineData(54, true)]
    public async Task Ends_WhenManyComeAtOnce_AreAllReportedRightly(int containers, bool restartsDaemon)
    {
        await using var registry = await LocalRegistry.StartAsync();
        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        var image = await daemon.Client.PullAsync(await registry.PushBusyboxAsync());
        var ends = new ManyEnds(daemon, image);

        // The first pod makes what stays for good.
        Assert.Empty(await ends.RunAsync(containers: 1, perPod: 1, restartsDaemon: false, CancellationToken.None));
        var before = daemon.Snapshot();

        var faults = await ends.RunAsync(containers, perPod: 25, restartsDaemon, CancellationToken.None);

        Assert.Empty(faults);
        Assert.Empty(await daemon.DifferencesAsync(before));
    }
}
