using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class ReopenContainerLogTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Reopen_WhenTheKubeletRotated_WritesToTheNewFileOnly()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "while :; do echo line; sleep 0.05; done"));
        var path = (await Client.StatusAsync(container)).LogPath;
        File.Move(path, path + ".1");

        await Client.ReopenLogAsync(container);

        Assert.True(File.Exists(path));
        var old = new FileInfo(path + ".1").Length;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (new FileInfo(path).Length < 200)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        Assert.Equal(old, new FileInfo(path + ".1").Length);
    }

    [Fact]
    public async Task Reopen_WhenItHasEnded_IsRefusedAndMakesNoFile()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "true"));
        File.Move(status.LogPath, status.LogPath + ".1");

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.ReopenLogAsync(status.Id), status.Id);

        Assert.False(File.Exists(status.LogPath));
    }

    [Fact]
    public async Task Reopen_WhenNobodyKnowsTheContainer_IsNotFound() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.ReopenLogAsync("nosuch"), "nosuch");
}
