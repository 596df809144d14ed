using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Replace_WhenThereAlready_HasNewContentAndMode()
    {
        var path = _folder["record.json"];
        DurableFile.Replace(path, "one"u8);
        DurableFile.Replace(path, "two"u8, Permissions.PublicFile);
        Assert.Equal("two", File.ReadAllText(path));
        Assert.Equal((UnixFileMode)Permissions.PublicFile, File.GetUnixFileMode(path));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Replace_WhenACrashLeftATemporaryFile_OverwritesIt()
    {
        _folder.Make("record.json.new/sub");
        DurableFile.Replace(_folder["record.json"], "x"u8);
        Assert.Equal("x", File.ReadAllText(_folder["record.json"]));
        Assert.True(DurableFile.IsTemporary("record.json.new"));
    }

    [Fact]
    public void Replace_WhenTargetIsALink_ReplacesTheLink()
    {
        var outside = _folder.Write("outside", "keep");
        File.CreateSymbolicLink(_folder["record.json"], outside);
        DurableFile.Replace(_folder["record.json"], "x"u8);
        Assert.Equal("keep", File.ReadAllText(outside));
    }

    [Fact]
    public void Replace_WhenItFails_LeavesOldContentAndNothingElse()
    {
        _folder.Make("record.json");
        Assert.Equal(Errno.EISDIR, Assert.Throws<LinuxException>(() => DurableFile.Replace(_folder["record.json"], "x"u8)).ErrorNumber);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => DurableFile.Replace(_folder["none/x"], "x"u8)).ErrorNumber);
    }

    [Fact]
    public void Remove_WhenThereOrNot_IsGone()
    {
        var path = _folder.Write("x", "x");
        DurableFile.Remove(path);
        DurableFile.Remove(path);
        DurableFile.Remove(_folder["none/x"]);
        Assert.False(File.Exists(path));
    }

    public void Dispose() => _folder.Dispose();
}
