using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>
/// Each verb that makes something meets the full disk at another of its writes: so many KiB are left free, from none up to enough.
/// Each time it fails in clear words and leaves nothing, or succeeds; and once there is room it works.
/// </summary>
public sealed class FullAtAnyWriteTests : DiskTest
{
    private static readonly int[] KibibytesLeft = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128, 256];

    [Fact]
    public async Task RunPodSandbox_WhenTheDiskIsFullAtAnyWrite_LeavesNothingAndWorksLater()
    {
        var failures = await SweepAsync(async () =>
        {
            var config = PodConfig();
            return (() => Client.RunPodAsync(config), Client.RemovePodAsync);
        });

        Assert.InRange(failures, 2, KibibytesLeft.Length - 1);
    }

    [Fact]
    public async Task CreateContainer_WhenTheDiskIsFullAtAnyWrite_LeavesNothingAndWorksLater()
    {
        var pod = await RunPodAsync();
        var failures = await SweepAsync(() =>
        {
            var config = PodConfigs.Sleeper(Image);
            return Task.FromResult<(Func<Task<string>>, Func<string, Task>)>((() => pod.CreateAsync(config), Client.RemoveAsync));
        });

        Assert.InRange(failures, 3, KibibytesLeft.Length - 1);
    }

    [Fact]
    public async Task PullImage_WhenTheDiskIsFullAtAnyWrite_LeavesNothingAndWorksLater()
    {
        // Without a floor, which would keep the pull from ever filling the disk.
        await Daemon.StopDaemonAsync();
        await Daemon.StartDaemonAsync("--insecure-registry", Registry.Host, "--disk-reserve", "1MiB", "--pull-disk-floor", "0");
        var image = new TestImage().Add(TestLayer.OfRandomBytes("some/file", 150_000, seed: 5)).Add(TestLayer.OfFiles(true, ("a", "b"), ("other/c", "d")));
        await Registry.Upload.PushAsync(image, "full", "latest");
        var name = $"{Registry.Host}/full:latest";
        var failures = await SweepAsync(() => Task.FromResult<(Func<Task<string>>, Func<string, Task>)>((() => Client.PullAsync(name), Client.RemoveImageAsync)));

        Assert.InRange(failures, 5, KibibytesLeft.Length - 1);
    }

    /// <param name="prepareAsync">Answers with the verb, to be called twice with the same request, and with what undoes it.</param>
    /// <returns>How often it failed.</returns>
    private async Task<int> SweepAsync(Func<Task<(Func<Task<string>> Make, Func<string, Task> Remove)>> prepareAsync)
    {
        var failures = 0;
        foreach (var left in KibibytesLeft)
        {
            var before = Daemon.Snapshot();
            var (make, remove) = await prepareAsync();
            Disk.Fill(left * 1024L);
            string? made = null;
            try
            {
                made = await make();
            }
            catch (RpcException failure)
            {
                failures++;
                AssertExhausted(failure);
                await AssertNothingIsLeftAsync(before, left);
            }

            Disk.Free();
            var again = await make();
            Assert.Equal(made ?? again, again);
            await remove(again);
            await AssertNothingIsLeftAsync(before, left);
        }

        return failures;
    }

    private async Task AssertNothingIsLeftAsync(MachineSnapshot before, int left)
    {
        var differences = (await Daemon.DifferencesAsync(before)).Where(line => !line.Contains(ReserveFolder, StringComparison.Ordinal));
        Assert.True(!differences.Any(), $"with {left} KiB free: {string.Join("; ", differences)}");
        Assert.Equal(StatusCode.OK, (await Record.ExceptionAsync(StatusAsync) as RpcException)?.StatusCode ?? StatusCode.OK);
    }
}
