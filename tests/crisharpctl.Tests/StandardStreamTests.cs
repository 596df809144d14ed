using CriSharp.Ctl.CommandLine;
using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace CriSharp.Ctl.Tests;

public class StandardStreamTests
{
    [Theory]
    [InlineData("version")]
    [InlineData("--help")]
    public async Task AnyOutput_WhenNobodyReadsIt_EndsQuietlyAsIfBySigpipe(string word)
    {
        await using var server = await FakeCriServer.StartAsync();
        var pipe = PipePair.Create();
        using var writer = pipe.Writer;
        pipe.Reader.Dispose();
        using var error = new MemoryStream();
        using (var surroundings = new Surroundings(new StandardStream(writer), error))
        {
            Assert.Equal(141, await CommandTree.RunAsync(["--endpoint", server.Socket, word], surroundings));
        }

        Assert.Empty(error.ToArray());
    }

    [Fact]
    public async Task Error_WhenNobodyReadsIt_IsToldByTheExitCodeStill()
    {
        var pipe = PipePair.Create();
        using var writer = pipe.Writer;
        pipe.Reader.Dispose();
        using var surroundings = new Surroundings(Stream.Null, new StandardStream(writer));

        Assert.Equal(3, await CommandTree.RunAsync(["--endpoint", "/no/such/socket", "version"], surroundings));
    }

    [Fact]
    public void OutputAndError_IntoOneFile_FollowEachOther()
    {
        var path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            using var copy = ReadinessLoop.Duplicate(file);
            using var surroundings = new Surroundings(new StandardStream(file), new StandardStream(copy));
            surroundings.Out.Write("one ");
            surroundings.Error.Write("two ");
            surroundings.StandardOutput.Write("three"u8);
        }

        Assert.Equal("one two three", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact]
    public async Task Write_IntoAFullPipeThatDoesNotBlock_WaitsForRoom()
    {
        var pipe = PipePair.CreateForInput();
        using var reader = pipe.Reader;
        var sent = new byte[1_000_000];
        new Random(1).NextBytes(sent);
        var writing = Task.Run(() =>
        {
            using var writer = pipe.Writer;
            new StandardStream(writer).Write(sent);
        });

        using var received = new MemoryStream();
        await using var stream = new FileStream(reader, FileAccess.Read, bufferSize: 0);
        await stream.CopyToAsync(received).WaitAsync(TimeSpan.FromSeconds(30));

        await writing;
        Assert.Equal(sent, received.ToArray());
    }
}
