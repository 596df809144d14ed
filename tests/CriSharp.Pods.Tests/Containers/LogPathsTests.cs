using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

public sealed class LogPathsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pods-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Resolve_WhenBothAreGiven_JoinsThem() => Assert.Equal("/var/log/pods/a/web/0.log", LogPaths.Resolve("/var/log/pods/a", "web/0.log"));

    [Theory]
    [InlineData("", "0.log")]
    [InlineData("/var/log", "")]
    public void Resolve_WhenOneIsMissing_MeansNoLog(string directory, string path) => Assert.Equal("", LogPaths.Resolve(directory, path));

    [Theory]
    [InlineData("../../../etc/cron.d/x")]
    [InlineData("/etc/cron.d/x")]
    [InlineData("a/../../x")]
    [InlineData("a//x")]
    [InlineData("./x")]
    [InlineData("a\0b")]
    public void Resolve_WhenThePathLeavesTheDirectory_IsRefused_CVE_2025_0750(string path) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => LogPaths.Resolve("/var/log", path)).Kind);

    [Fact]
    public void Make_ThenRemoveEmpty_LeavesTheFolders()
    {
        var record = Record("pods/u-1");

        LogPaths.Make(record);
        LogPaths.Make(record);

        Assert.Equal(_folder.FullName + "/pods/u-1/", record.LogDirectory);
        Assert.Equal("", File.ReadAllText(record.LogPath));
        LogPaths.RemoveEmpty(record);
        LogPaths.RemoveEmpty(record);
        Assert.False(File.Exists(record.LogPath));
        Assert.True(Directory.Exists(_folder.FullName + "/pods/u-1/web"));
    }

    [Fact]
    public void RemoveEmpty_WhenSomethingIsInIt_LeavesIt()
    {
        var record = Record("pods");
        LogPaths.Make(record);
        File.WriteAllText(record.LogPath, "line");

        LogPaths.RemoveEmpty(record);

        Assert.True(File.Exists(record.LogPath));
    }

    /// <summary>A container that can write its pod's folder of logs has put it there.</summary>
    [Fact]
    public void Paths_WhenTheContainersFolderIsALink_LeadNowhere_CVE_2026_53489()
    {
        var victim = _folder.CreateSubdirectory("victim");
        _folder.CreateSubdirectory("pods");
        Directory.CreateSymbolicLink(_folder.FullName + "/pods/web", victim.FullName);
        var record = Record("pods");

        Assert.ThrowsAny<IOException>(() => LogPaths.Make(record));
        Assert.Empty(victim.GetFileSystemInfos());

        File.WriteAllText(victim.FullName + "/0.log", "");
        LogPaths.RemoveEmpty(record);
        Assert.Single(victim.GetFileSystemInfos());
    }

    /// <summary>An administrator may keep logs on another disk.</summary>
    [Fact]
    public void Paths_WhenTheWayToThePodsFolderIsALink_FollowIt()
    {
        _folder.CreateSubdirectory("disk");
        Directory.CreateSymbolicLink(_folder.FullName + "/pods", "disk");

        LogPaths.Make(Record("pods"));

        Assert.True(File.Exists(_folder.FullName + "/disk/web/0.log"));
    }

    private ContainerRecord Record(string directory)
    {
        var record = Samples.Container(PodSandboxId.New());
        record.Config.LogPath = "web/0.log";
        return record with { LogPath = LogPaths.Resolve(Path.Combine(_folder.FullName, directory), record.Config.LogPath) };
    }
}
