using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Images;

/// <summary>A daemon that is killed in the middle of a pull.</summary>
public class CutOffPullTests
{
    [Fact]
    public async Task Pull_WhenTheDaemonIsKilled_ShowsNothing_AndGoesOnWithTheLayersThatWereDone()
    {
        await using var registry = await FakeRegistry.StartAsync();
        var (done, hanging) = (TestLayer.OfFiles(true, ("done", "1")), TestLayer.OfFiles(true, ("hanging", "2")));
        var name = registry.Serve(new TestImage().Add(done).Add(hanging), "cut-off", "1");
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        registry.Handler = async context =>
        {
            if (context.Request.Path.Value!.EndsWith(hanging.Digest, StringComparison.Ordinal))
            {
                await hung.Task;
            }

            return false;
        };
        await using var daemon = await DaemonInstance.StartPlainAsync();
        var pull = daemon.Client.PullAsync(name);
        await daemon.WaitUntilAsync(() => Directory.Exists(FolderOf(daemon, done)));

        await daemon.KillDaemonAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => pull);
        hung.SetResult();
        await daemon.StartDaemonAsync();
        Assert.Empty(await daemon.Client.ImagesAsync());
        await daemon.Client.PullAsync(name);

        Assert.Equal(1, Asked(registry, done));
        Assert.Equal(2, Asked(registry, hanging));
        await daemon.Client.RemoveImageAsync(name);
        Assert.False(Directory.Exists(FolderOf(daemon, done)));
    }

    private static string FolderOf(DaemonInstance daemon, TestLayer layer) => Path.Combine(daemon.Root, "layers", layer.DiffId.Replace(':', '-'));

    private static int Asked(FakeRegistry registry, TestLayer layer) => registry.Requests.Count(request => request.Path.EndsWith(layer.Digest, StringComparison.Ordinal));
}
