using System.IO.Pipelines;
using System.Text;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests.Sessions;

/// <summary>A client behind a pager reads nothing while a person looks at a page. In a class of its own, since it takes its time.</summary>
public sealed class PausingClientTests
{
    [Fact]
    public async Task Status_ThatFindsNoRoom_WaitsForTheClient()
    {
        var error = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 1));
        await error.Writer.WriteAsync("full"u8.ToArray());
        var client = new ClientStreams { Error = error.Writer.AsStream(), HasStatus = true, Gone = CancellationToken.None };
        var running = RemoteCommand.RunAsync(client, _ => throw new RuntimeException(ErrorKind.NotFound, "no such program"), "run a command in", default);

        await Task.Delay(TimeSpan.FromSeconds(11));

        Assert.False(running.IsCompleted);
        using var reader = new StreamReader(error.Reader.AsStream(), Encoding.UTF8);
        Assert.Contains("no such program", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        Assert.Equal("no such program", (await running).Words);
    }
}
