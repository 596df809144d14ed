using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Records;

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
    public async Task Start_WhenAFolderHasTheSocketsName_SaysSoAndLeavesIt()
    {
        var folder = Directory.CreateTempSubdirectory("crisharp-listen-");
        try
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartAsync("--listen", folder.FullName));

            Assert.Contains($"{folder.FullName} is in the way of the socket: it is a folder", failure.Message);
            Assert.True(Directory.Exists(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Start_WhenAnotherDaemonHasTheSocket_LeavesItAlone()
    {
        await using var first = await DaemonInstance.StartAsync();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartAsync("--listen", first.Socket));

        Assert.Contains($"somebody listens on {first.Socket} already", failure.Message);
        using var again = new CriClient(first.Socket);
        Assert.Empty(await again.PodsAsync());
    }

    [Fact]
    public async Task Start_WhenALaterReleaseHadTheRoot_NamesBothVersionsAndChangesNothing()
    {
        await using var daemon = await DaemonInstance.StartAsync();
        await daemon.StopDaemonAsync();
        StoredRecord.Change(Path.Combine(daemon.Root, "layout.json"), document => (document["layout"], document["writtenBy"]) = (2, "7.0.0"));
        var before = Facts(daemon.Root);

        var (exitCode, output) = await daemon.RunSecondDaemonAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("layout 2, written by crisharpd 7.0.0", output);
        Assert.Contains("reads layout 1", output);
        Assert.Equal(before, Facts(daemon.Root));
        StoredRecord.Change(Path.Combine(daemon.Root, "layout.json"), document => document["layout"] = 1);
        await daemon.StartDaemonAsync();
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

    private static List<string> Facts(string folder) =>
    [
        .. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc:O}")
            .Order(StringComparer.Ordinal),
    ];
}
