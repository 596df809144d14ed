using System.IO.Pipes;
using CriSharp.Ctl.CommandLine;

namespace CriSharp.Ctl.Tests;

public sealed class SaveCommandTests : IDisposable
{
    private const string Words = """
        sha256:1 -> sha256:2 docker.io/a/b:1
        1: left out: "s" is a socket
        Layers were packed anew from their files, so where the archive is loaded an image has the id after the arrow.

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("save-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_ToAFile_ReplacesItAndSaysWhatBecameOfTheImage(bool isThere)
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Archive = new byte[3_000_001];
        var file = Path.Combine(_folder, "a.tar");
        if (isThere)
        {
            await File.WriteAllTextAsync(file, "old");
        }

        var save = await server.CtlAsync("save", "-o", file, "--format", "docker", "a/b:1", "b");

        Assert.Equal((0, Words, ""), (save.ExitCode, save.Output, save.Error));
        Assert.Equal("/images/save?image=a%2Fb%3A1&image=b&format=docker", server.Admin.Asked);
        Assert.Equal(server.Admin.Archive, await File.ReadAllBytesAsync(file));
        Assert.Equal([file], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Save_ToStandardOutput_WritesNothingElseThere()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Archive = "archive\n"u8.ToArray();

        var save = await server.CtlAsync("save", "a");

        Assert.Equal((0, "archive\n", Words), (save.ExitCode, save.Output, save.Error));
    }

    [Fact]
    public async Task Save_WhenItBreaksOff_KeepsTheFileThatWasThere()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Archive = null;
        var file = Path.Combine(_folder, "a.tar");
        await File.WriteAllTextAsync(file, "old");

        var save = await server.CtlAsync("save", "-o", file, "a");

        Assert.Equal(3, save.ExitCode);
        Assert.Contains("its log says why", save.Error, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Save_ToATerminal_IsRefused()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        using var error = new MemoryStream();
        using var surroundings = new Surroundings(new MemoryStream(), error) { OutputIsTerminal = true };

        Assert.Equal(2, await CommandTree.RunAsync(["--endpoint", server.Socket, "save", "a"], surroundings));
        Assert.Contains("-o FILE", System.Text.Encoding.UTF8.GetString(error.ToArray()), StringComparison.Ordinal);
        Assert.Equal("", server.Admin.Asked);
    }

    [Fact]
    public async Task Save_IntoAPipe_ByWhateverLink_WritesIntoIt()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Archive = new byte[1000];
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In);

        var save = await server.CtlAsync("save", "-o", $"/proc/self/fd/{pipe.GetClientHandleAsString()}", "a");

        Assert.True(save.ExitCode == 0, save.Error);
        var received = new byte[1000];
        await pipe.ReadExactlyAsync(received);
    }

    [Theory]
    [InlineData(1, "/no/such/folder/a.tar")]
    [InlineData(1, "/")]
    public async Task Save_WhereNoFileCanBe_IsOneLine(int code, string file)
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);

        var save = await server.CtlAsync("save", "-o", file, "a");

        Assert.Equal(code, save.ExitCode);
        Assert.Single(save.Error.TrimEnd().Split('\n'));
    }
}
