using Grpc.Core;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>There are blocks, but no inodes: the same words, and the reserve holds inodes as well.</summary>
public sealed class InodesTests : DiskTest
{
    protected override int? Inodes => 2000;

    [Fact]
    public async Task RunPodSandbox_WhenNoInodeIsLeft_LeavesNothingAndWorksLater()
    {
        var failures = 0;
        for (var left = 0; left < 8; left++)
        {
            var before = Daemon.Snapshot();
            var config = PodConfig();
            Disk.FillInodes(left);
            if (await Record.ExceptionAsync(() => Client.RunPodAsync(config)) is RpcException failure)
            {
                failures++;
                AssertExhausted(failure);
                await AssertSameAsync(before);
            }

            Disk.Free();
            await Client.RemovePodAsync(await Client.RunPodAsync(config));
            await AssertSameAsync(before);
        }

        Assert.InRange(failures, 2, 7);
    }

    [Fact]
    public async Task StopAndRemove_WhenNoInodeIsLeft_Work()
    {
        var (pod, container) = await RunSleeperAsync();
        Disk.FillInodes();

        await Client.StopAsync(container, 10);
        await Client.StopPodAsync(pod.Id);
        await Client.RemovePodAsync(pod.Id);

        Assert.Empty(await Client.ContainersAsync());
    }
}
