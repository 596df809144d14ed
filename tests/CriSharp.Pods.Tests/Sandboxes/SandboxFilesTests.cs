using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class SandboxFilesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pods-tests-");
    private readonly PodSandboxRecord _record = Samples.Sandbox();
    private readonly SandboxFiles _files;

    public SandboxFilesTests()
    {
        _files = new SandboxFiles(Folders, Path.Combine(_root.FullName, "no-resolv.conf"));
        _record.Config.Hostname = "web-1";
    }

    private InstanceFolders Folders => new(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));

    private string Run => Folders.RunOf(_record.Id);

    private static void Fill(string file)
    {
        const int MoreThanTheyHold = 5 << 20;
        using var opened = File.OpenWrite(file);
        opened.Write(new byte[MoreThanTheyHold]);
    }

    public void Dispose()
    {
        _files.Unmount(_record.Id);
        _root.Delete(recursive: true);
    }

    [Fact]
    public void Make_WhenAContainerFillsThePodsFiles_TheRunRootHasItsRoomStill()
    {
        _files.Make(_record);
        _files.WriteHosts(_record, ["10.0.0.7"]);
        var files = SandboxFiles.Of(Folders, _record.Id);

        Assert.Equal("web-1\n", File.ReadAllText(files.HostnamePath));
        Assert.Equal("", File.ReadAllText(files.ResolvConfPath));
        Assert.Contains("10.0.0.7\tweb-1\n", File.ReadAllText(files.HostsPath!));
        foreach (var file in (string[])[files.HostnamePath, files.ResolvConfPath, files.HostsPath!])
        {
            Assert.True(DiskFailure.IsOutOfSpace(Assert.ThrowsAny<IOException>(() => Fill(file))));
        }

        Assert.Equal(32, FileSystemSpace.Of(files.HostsPath!).TotalInodes);
    }

    [Fact]
    public void Remove_WhenUnmounted_LeavesNothing()
    {
        _files.Make(_record);
        _files.WriteHosts(_record, []);

        _files.Unmount(_record.Id);
        _files.Unmount(_record.Id);
        _files.Remove(_record.Id);

        Assert.False(Directory.Exists(Run));
        Assert.DoesNotContain(MountTable.Read(), mount => mount.Target.StartsWith(Run, StringComparison.Ordinal));
    }

    /// <summary>It has its files in its run folder, for its containers to come as well, until it goes.</summary>
    [Fact]
    public void Of_WhenAnEarlierReleaseMadeThePod_IsWhereThatPutThem()
    {
        Directory.CreateDirectory(Run);
        var files = SandboxFiles.Of(Folders, _record.Id);
        string[] places = [files.HostnamePath, files.ResolvConfPath, files.HostsPath!];
        Array.ForEach(places, place => File.WriteAllText(place, "text"));

        Assert.Equal([Path.Combine(Run, "hostname"), Path.Combine(Run, "resolv.conf"), Path.Combine(Run, "hosts")], places);
        _files.Unmount(_record.Id);
        _files.Remove(_record.Id);
        Assert.False(Directory.Exists(Run));
    }
}
