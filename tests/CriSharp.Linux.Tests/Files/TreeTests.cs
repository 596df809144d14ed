using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Files;

public sealed class TreeTests : IDisposable
{
    private const int Deep = 3000;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Remove_WhenDeepAndFullOfLinks_RemovesOnlyTheTree()
    {
        var outside = _folder.Write("outside/keep", "x");
        _folder.Make("tree/a");
        File.CreateSymbolicLink(_folder["tree/a/link"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["tree/a/dangling"], "none");
        MakeDeep("tree/a");
        for (var i = 0; i < 2000; i++)
        {
            File.WriteAllText(_folder[$"tree/f{i}"], "");
        }

        TreeRemoval.Remove(_folder["tree"]);
        TreeRemoval.Remove(_folder["tree"]);
        TreeRemoval.Remove(_folder["none/tree"]);
        Assert.False(Directory.Exists(_folder["tree"]));
        Assert.True(File.Exists(outside));
    }

    [Fact]
    public async Task Remove_WhenFilesAndFoldersAreImmutable_RemovesThem()
    {
        _folder.Write("tree/a/immutable", "x");
        _folder.Write("tree/a/append", "x");
        var chattr = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = "/bin/sh",
                Arguments = ["-c", "chattr +i a/immutable && chattr +a a/append && chattr +i a"],
                Environment = ["PATH=/usr/bin:/bin"],
                WorkingDirectory = _folder["tree"],
                TimeLimit = TimeSpan.FromMinutes(1),
            },
            CancellationToken.None);
        Assert.True(chattr.Exit.IsSuccess, chattr.StandardErrorText);
        TreeRemoval.Remove(_folder["tree"]);
        Assert.False(Directory.Exists(_folder["tree"]));
    }

    [Fact] // CVE-2025-47290: a folder and a link change places while files are made in it
    public async Task Create_WhenFolderAndLinkAreSwapped_NothingIsMadeOutside()
    {
        _folder.Make("tree/one");
        _folder.Make("outside");
        File.CreateSymbolicLink(_folder["tree/two"], _folder["outside"]);
        using var tree = DirectoryTree.Open(_folder["tree"]);
        using var done = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                tree.Rename("one", "three");
                tree.Rename("two", "one");
                tree.Rename("three", "two");
            }
        });
        var made = 0;
        for (var i = 0; i < 5000; i++)
        {
            using var parent = tree.TryOpenFile("one", OpenFlags.PathOnly | OpenFlags.Directory);
            if (parent is not null)
            {
                FileAt.Open(parent, $"f{i}", OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PublicFile).Dispose();
                made++;
            }
        }

        await done.CancelAsync();
        await swapping;
        Assert.Empty(Directory.GetFileSystemEntries(_folder["outside"]));
        Assert.Equal(made, Directory.GetFiles(_folder["tree"], "f*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Remove_WhenItIsALink_RemovesTheLink()
    {
        _folder.Write("outside/keep", "x");
        File.CreateSymbolicLink(_folder["link"], _folder["outside"]);
        TreeRemoval.Remove(_folder["link"]);
        Assert.False(File.Exists(_folder["link"]));
        Assert.True(File.Exists(_folder["outside/keep"]));
    }

    [Fact]
    public void Remove_WhenSomethingIsMountedInside_DoesNotEnterIt()
    {
        _folder.Make("tree/mount");
        _folder.Write("outside/keep", "x");
        Mounting.Tmpfs(_folder["tree/mount"], 1 << 20, Permissions.PrivateFolder);
        File.WriteAllText(_folder["tree/mount/keep"], "x");
        Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(() => TreeRemoval.Remove(_folder["tree"])).ErrorNumber);
        Assert.True(File.Exists(_folder["tree/mount/keep"]));
    }

    [Fact]
    public void Measure_WhenThereAreHardLinksAndDepth_CountsOnce()
    {
        _folder.Make("tree");
        File.WriteAllBytes(_folder["tree/f"], new byte[1 << 20]);
        using (var tree = DirectoryTree.Open(_folder["tree"]))
        {
            tree.HardLink("f", "g");
            tree.Symlink("l", "/");
        }

        var usage = TreeUsage.Measure(_folder["tree"]);
        Assert.Equal(3, usage.Inodes);
        Assert.InRange(usage.AllocatedBytes, 1 << 20, (1 << 20) + 16384);
        MakeDeep("tree");
        Assert.InRange(TreeUsage.Measure(_folder["tree"]).Inodes, 200, Deep);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Deeper than a path can say: made by descriptors, as a container would with chdir.</summary>
    private void MakeDeep(string below)
    {
        var current = HostPath.Open(_folder[below], OpenFlags.ReadOnly | OpenFlags.Directory);
        for (var i = 0; i < Deep; i++)
        {
            FileAt.MakeDirectory(current, "deeper", Permissions.PublicFolder);
            var next = FileAt.Open(current, "deeper", OpenFlags.ReadOnly | OpenFlags.Directory);
            current.Dispose();
            current = next;
        }

        current.Dispose();
    }
}
