using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>Pulls leave the floor to others: they are refused before they begin, or stopped on their way.</summary>
public sealed class PullFloorTests : DiskTest
{
    private const int LayerBytes = 24 << 20;

    [Fact]
    public async Task Pull_WhenItsLayersSurelyDontFit_IsRefusedAndWorksOnceThereIsRoom()
    {
        var name = await PushAsync(TestLayer.OfRandomBytes("big", LayerBytes, seed: 3));
        var before = Daemon.Snapshot();
        Disk.Fill(LayerBytes + (FloorBytes / 2));
        var free = Disk.Space.AvailableBytes;

        var failure = await AssertExhaustedAsync(() => Client.PullAsync(name));

        Assert.Contains("pull_disk_floor", failure.Status.Detail);
        Assert.Contains("4096 KiB", failure.Status.Detail);
        Assert.InRange(Disk.Space.AvailableBytes, free - (64 << 10), free);
        await AssertSameAsync(before);
        Disk.Free();
        Assert.NotEqual("", await Client.PullAsync(name));
    }

    [Fact]
    public async Task Pull_WhenItUnfoldsIntoTheFloor_IsStoppedAboveItAndLeavesNothing()
    {
        var name = await PushAsync(TestLayer.Write(true, tar => tar.WriteEntry(TestLayer.FileEntry("zeros", new byte[LayerBytes], 420))));
        var before = Daemon.Snapshot();
        Disk.Fill(LayerBytes / 2);
        var least = long.MaxValue;
        using var ended = new CancellationTokenSource();
        var watch = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                least = Math.Min(least, Disk.Space.AvailableBytes);
                Thread.Sleep(1);
            }
        });

        var failure = await AssertExhaustedAsync(() => Client.PullAsync(name));

        await ended.CancelAsync();
        await watch;
        Assert.Contains("kept for state, logs and containers", failure.Status.Detail);
        Assert.InRange(least, FloorBytes / 2, FloorBytes * 2);
        await AssertSameAsync(before);
        Disk.Free();
        Assert.NotEqual("", await Client.PullAsync(name));
    }

    private async Task<string> PushAsync(TestLayer layer)
    {
        await Registry.Upload.PushAsync(new TestImage().Add(layer), "big", "latest");
        return $"{Registry.Host}/big:latest";
    }
}
