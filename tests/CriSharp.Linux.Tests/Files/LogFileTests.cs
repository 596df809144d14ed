using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void OpenAppend_WhenRegular_Appends()
    {
        for (var i = 0; i < 2; i++)
        {
            using var log = LogFile.OpenAppend(_folder["0.log"]);
            FileDescriptor.WriteAll(log, "line\n"u8);
        }

        using var reading = LogFile.OpenRead(_folder["0.log"]);
        Assert.Equal("line\nline\n"u8.ToArray(), FileDescriptor.ReadToEnd(reading, 100, "log"));
        Assert.Equal((UnixFileMode)Permissions.GroupReadableFile & ~UnixFileMode.OtherRead, File.GetUnixFileMode(_folder["0.log"]));
    }

    [Fact] // CVE-2026-53489
    public void Open_WhenAnythingElseIsThere_Fails()
    {
        File.CreateSymbolicLink(_folder["link"], _folder.Write("secret", "x"));
        using var tree = DirectoryTree.Open(_folder.Path);
        tree.MakeNode("fifo", FileKind.Fifo, Permissions.PublicFile);
        tree.MakeNode("zero", FileKind.CharacterDevice, Permissions.PublicFile, 1, 5);
        foreach (var name in new[] { "link", "fifo", "zero" })
        {
            Assert.ThrowsAny<IOException>(() => LogFile.OpenAppend(_folder[name]));
            Assert.ThrowsAny<IOException>(() => LogFile.OpenRead(_folder[name]));
        }
    }

    [Fact]
    public void Open_BelowADirectory_FollowsLinksToItAndNoneInIt()
    {
        _folder.Write("pods/main/0.log", "line\n");
        _folder.Write("victim/0.log", "x");
        File.CreateSymbolicLink(_folder["administrators"], _folder["pods"]);
        File.CreateSymbolicLink(_folder["pods/moved"], _folder["victim"]);
        var directory = _folder["administrators"];

        LogFile.OpenAppend($"{directory}/main/0.log", directory).Dispose();
        LogFile.OpenRead($"{directory}/main/0.log", directory + "/").Dispose();
        Assert.ThrowsAny<IOException>(() => LogFile.OpenAppend($"{directory}/moved/0.log", directory));
        Assert.ThrowsAny<IOException>(() => LogFile.OpenRead($"{directory}/moved/0.log", directory));
        Assert.ThrowsAny<IOException>(() => LogFile.OpenAppend($"{directory}/moved/new.log", directory));
        Assert.False(File.Exists(_folder["victim/new.log"]));
    }

    public void Dispose() => _folder.Dispose();
}
