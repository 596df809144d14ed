using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Tests;

public sealed class ImageVerbTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Load_WhenTaken_SendsTheWholeFileAndPrintsIdsAndNames()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        var content = new byte[1_000_003];
        content[^1] = 7;
        await File.WriteAllBytesAsync(_file, content);

        var load = await server.CtlAsync("load", "--tag", "a/b:1", "-t", "a/c:2", _file);

        Assert.Equal((0, "sha256:1 docker.io/a/b:1\nsha256:2\n", ""), (load.ExitCode, load.Output, load.Error));
        Assert.Equal(content, server.Admin.Uploaded);
        Assert.Equal(["a/b:1", "a/c:2"], server.Admin.Names);
    }

    [Fact]
    public async Task Load_WhenRefusedBeforeItsEnd_StopsSendingAndGivesTheDaemonsWords()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Refusal = new ErrorDocument { Kind = ErrorKind.InvalidArgument, Message = "not this one" };
        await using (var file = File.OpenWrite(_file))
        {
            file.SetLength(200_000_000);
        }

        var load = await server.CtlAsync("load", _file);

        Assert.Equal((2, "", "crisharpctl load: not this one\n"), (load.ExitCode, load.Output, load.Error));
    }

    [Fact]
    public async Task Load_WhenRefused_DoesNotWaitForMoreInput()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Admin.Refusal = new ErrorDocument { Kind = ErrorKind.InvalidArgument, Message = "not this one" };

        Assert.Equal((2, "crisharpctl load: not this one\n"), await LoadAsync(server, new Input(new TaskCompletionSource<int>().Task)));
    }

    [Fact]
    public async Task Load_WhenItsInputCanNotBeRead_SaysThat()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        foreach (var failure in new Exception[] { new IOException("Is a directory"), new UnauthorizedAccessException("Bad file descriptor") })
        {
            Assert.Equal((1, $"crisharpctl load: what is to be sent can't be read: {failure.Message}\n"), await LoadAsync(server, new Input(Task.FromException<int>(failure))));
        }
    }

    [Fact]
    public async Task Load_WhenThereIsNoAdminSocket_SaysSo()
    {
        await using var server = await FakeCriServer.StartAsync();

        var load = await server.CtlAsync("load", _file);

        Assert.Equal(3, load.ExitCode);
        Assert.Contains("no admin socket", load.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WhenTheFileIsNotThere_IsOneLine()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);

        var load = await server.CtlAsync("load", "/no/such/file");

        Assert.Equal(1, load.ExitCode);
        Assert.Single(load.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("tag", "/images/tag?image=sha256%3Abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb&name=new%3A1", "bbbb", "new:1")]
    [InlineData("untag", "/images/untag?name=new%3A1", "new:1")]
    public async Task Names_WhenChanged_AreAskedForAsTyped(string verb, string asked, params string[] words)
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        await server.CtlAsync("pull", "example/image:1");

        var outcome = await server.CtlAsync([verb, .. words]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("sha256:1", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(asked, server.Admin.Asked);
    }

    [Theory]
    [InlineData(0, "is whole: 2 documents, 1 layers")]
    [InlineData(1, "document sha256:9: it is damaged", "document sha256:9: it is damaged")]
    public async Task Verify_WhenAsked_SaysWhatIsWrongByItsCodeToo(int code, string words, params string[] faults)
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        await server.CtlAsync("pull", "example/image:1");
        server.Admin.Faults = faults;

        var verify = await server.CtlAsync("image", "verify", "example/image:1");

        Assert.Equal(code, verify.ExitCode);
        Assert.Contains(words, verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gc_WhenDry_ListsWhatNobodyUsesAndRemovesNothing()
    {
        await using var server = await WithImagesAsync();

        var gc = await server.CtlAsync("gc", "--dry-run");

        Assert.Equal(0, gc.ExitCode);
        Assert.Contains("unused:1", gc.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("pinned:1", gc.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("example/image:1", gc.Output, StringComparison.Ordinal);
        Assert.Contains("1 image, 5.0 MB at most", gc.Error, StringComparison.Ordinal);
        Assert.Equal(3, server.Images.All.Count);
    }

    [Fact]
    public async Task Gc_WhenNobodyAgrees_RemovesNothing()
    {
        await using var server = await WithImagesAsync();

        var gc = await server.CtlAsync("gc");

        Assert.Contains("remove it? [y/N]", gc.Error, StringComparison.Ordinal);
        Assert.Equal(3, server.Images.All.Count);
    }

    [Fact]
    public async Task Gc_WhenToldNotToAsk_RemovesWhatNobodyUses()
    {
        await using var server = await WithImagesAsync();

        var gc = await server.CtlAsync("gc", "--yes");

        Assert.Equal((0, "sha256:c\n"), (gc.ExitCode, gc.Output));
        Assert.Equal(["sha256:a", "sha256:b"], server.Images.All.Select(image => image.Id));
        Assert.Contains("every image is used", (await server.CtlAsync("gc", "-y")).Error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Error)> LoadAsync(FakeCriServer server, Input input)
    {
        using var error = new MemoryStream();
        using var surroundings = new Surroundings(Stream.Null, error) { OpenStandardInput = () => input };
        var code = await CommandTree.RunAsync(["--endpoint", server.Socket, "load", "-"], surroundings).WaitAsync(TimeSpan.FromSeconds(30));
        return (code, System.Text.Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>Each read ends as told, and not by its token: as those of a terminal do.</summary>
    private sealed class Input(Task<int> read) : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(read);
    }

    private static async Task<FakeCriServer> WithImagesAsync()
    {
        var server = await FakeCriServer.StartAsync();
        server.Images.All.Add(new Image { Id = "sha256:a", RepoTags = { "example/image:1" }, Size = 1 });
        server.Images.All.Add(new Image { Id = "sha256:b", RepoTags = { "pinned:1" }, Size = 1, Pinned = true });
        server.Images.All.Add(new Image { Id = "sha256:c", RepoTags = { "unused:1" }, Size = 5_000_000 });
        server.Runtime.AddRunning("aa", "cc", "web");
        return server;
    }
}
