using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class DirectoryTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectoryTree _inRoot;
    private readonly DirectoryTree _strict;

    public DirectoryTreeTests()
    {
        var root = _folder.Make("root");
        _folder.Write("root/etc/passwd", "inside");
        _folder.Write("secret", "outside");
        File.CreateSymbolicLink(Path.Combine(root, "absolute"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(root, "up"), "../../../../secret");
        File.CreateSymbolicLink(Path.Combine(root, "folder"), "/etc");
        File.CreateSymbolicLink(Path.Combine(root, "magic"), "/proc/self/cwd");
        _inRoot = DirectoryTree.Open(root);
        _strict = DirectoryTree.Open(root, PathResolution.Strict);
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("folder/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("../../etc/passwd")]
    public void ReadFile_WhenLinksLeadOut_ReadsInside(string path) => Assert.Equal("inside"u8.ToArray(), _inRoot.ReadFile(path, 100));

    [Theory]
    [InlineData("up", Errno.ENOENT)]
    [InlineData("none", Errno.ENOENT)]
    public void ReadFile_WhenNothingIsInside_Fails(string path, int errorNumber)
    {
        Assert.Equal(errorNumber, Assert.Throws<LinuxException>(() => _inRoot.ReadFile(path, 100)).ErrorNumber);
        Assert.Null(_inRoot.TryReadFile(path, 100));
    }

    [Theory]
    [InlineData("absolute", Errno.ELOOP)]
    [InlineData("folder/passwd", Errno.ELOOP)]
    [InlineData("/etc/passwd", Errno.EXDEV)]
    [InlineData("../secret", Errno.EXDEV)]
    public void ReadFile_WhenStrict_RefusesLinksAndWaysOut(string path, int errorNumber) =>
        Assert.Equal(errorNumber, Assert.Throws<LinuxException>(() => _strict.ReadFile(path, 100)).ErrorNumber);

    [Fact] // CVE-2025-4437: a huge file, a FIFO, a device in the place of a small file
    public void ReadFile_WhenNotASmallRegularFile_Fails()
    {
        _inRoot.MakeNode("fifo", FileKind.Fifo, Permissions.PublicFile);
        _inRoot.MakeNode("zero", FileKind.CharacterDevice, Permissions.PublicFile, 1, 5);
        using (var huge = _inRoot.CreateFile("huge", Permissions.PublicFile))
        {
            FileDescriptor.SetLength(huge, 10L << 30);
        }

        Assert.Throws<IOException>(() => _inRoot.ReadFile("fifo", 100));
        Assert.Throws<IOException>(() => _inRoot.ReadFile("zero", 100));
        Assert.Throws<IOException>(() => _inRoot.ReadFile("huge", 1 << 20));
        Assert.Throws<IOException>(() => _inRoot.ReadFile("etc", 100));
        Assert.Throws<IOException>(() => _inRoot.ReadFile("etc/passwd", 5));
        Assert.Equal(6, _inRoot.ReadFile("etc/passwd", 6).Length);
    }

    [Fact]
    public async Task MakeDirectories_WhenManyMakeTheSame_AllHaveIt()
    {
        for (var round = 0; round < 50; round++)
        {
            var path = $"many/{round}/a/b/c";
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _inRoot.MakeDirectories(path, Permissions.PublicFolder).Dispose())));
        }
    }

    [Fact]
    public void MakeDirectories_WhenLinksDangle_MakesTargetsInside()
    {
        _inRoot.Symlink("lib", "usr/lib");
        _inRoot.Symlink("out", "../../gone");
        _inRoot.MakeDirectories("lib/a/b", Permissions.PublicFolder).Dispose();
        _inRoot.MakeDirectories("/out/x/", Permissions.PublicFolder).Dispose();
        Assert.True(Directory.Exists(_folder["root/usr/lib/a/b"]));
        Assert.True(Directory.Exists(_folder["root/gone/x"]));
        Assert.False(Directory.Exists(_folder["gone"]));
        _inRoot.Symlink("loop", "loop");
        Assert.Throws<LinuxException>(() => _inRoot.MakeDirectories("loop/x", Permissions.PublicFolder));
        Assert.Throws<LinuxException>(() => _inRoot.MakeDirectories("etc/passwd/x", Permissions.PublicFolder));
    }

    [Fact]
    public void Entries_WhenChanged_NeverFollowTheLastLink()
    {
        _inRoot.Chown("absolute", 5, 6);
        _inRoot.SetTimes("absolute", new FileTime(100, 7));
        _inRoot.Unlink("up");
        _inRoot.Rename("absolute", "folder/moved");
        Assert.True(_inRoot.TryStat("etc/moved") is { Kind: FileKind.SymbolicLink, UserId: 5, GroupId: 6, ModifiedAt: { Seconds: 100, Nanoseconds: 7 } });
        Assert.Equal("/etc/passwd"u8.ToArray(), _inRoot.ReadLink("etc/moved"));
        Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<LinuxException>(() => _inRoot.Chmod("etc/moved", 0)).ErrorNumber);
        Assert.True(_inRoot.TryStat("etc/passwd") is { UserId: 0 });
        Assert.True(File.Exists(_folder["secret"]));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("/")]
    [InlineData("a/.")]
    public void Entries_WhenNameIsNone_AreRefused(string path) => Assert.Throws<ArgumentException>(() => _inRoot.Unlink(path));

    [Fact]
    public void Attributes_WhenSet_AreListedReadAndRemoved()
    {
        byte[] binary = [0, 255, 10];
        _inRoot.SetAttribute("etc/passwd", "user.x", binary);
        _inRoot.SetAttribute("etc", "trusted.y", new byte[1000]);
        Assert.Equal(["user.x"u8.ToArray()], _inRoot.ListAttributes("etc/passwd"));
        Assert.Equal(binary, _inRoot.TryGetAttribute("etc/passwd", "user.x"));
        Assert.Equal(1000, _inRoot.TryGetAttribute("etc", "trusted.y")!.Length);
        _inRoot.RemoveAttribute("etc/passwd", "user.x");
        Assert.Null(_inRoot.TryGetAttribute("etc/passwd", "user.x"));
        // A link's own, not its target's.
        Assert.Null(_inRoot.TryGetAttribute("folder", "trusted.y"));
    }

    [Fact]
    public void List_WhenNamesAreNoText_GivesBytes()
    {
        byte[] odd = [0xff, 0xfe];
        _inRoot.MakeDirectory(odd, Permissions.PublicFolder);
        Assert.Contains(_inRoot.List("."), entry => entry.Kind == FileKind.Directory && entry.Name.AsSpan().SequenceEqual(odd));
        Assert.Throws<IOException>(() => _inRoot.List(".", limitEntries: 2));
    }

    [Fact]
    public void HardLink_WhenTargetIsLink_LinksItself()
    {
        _inRoot.HardLink("absolute", "etc/hard");
        Assert.True(_inRoot.TryStat("etc/hard") is { Kind: FileKind.SymbolicLink, LinkCount: 2 });
    }

    [Fact]
    public void OpenFile_WhenMagicLink_IsRefused() => Assert.Throws<LinuxException>(() => _inRoot.OpenFile("magic", OpenFlags.Directory));

    public void Dispose()
    {
        _inRoot.Dispose();
        _strict.Dispose();
        _folder.Dispose();
    }
}
