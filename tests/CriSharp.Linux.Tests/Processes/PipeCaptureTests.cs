using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Processes;

public sealed class PipeCaptureTests
{
    [Fact]
    public async Task Read_WhenTheLimitHasPassed_TakesWhatLiesInThePipe()
    {
        using var pipe = PipePair.Create();
        Assert.Equal(50_000, DescriptorTransfer.Write(pipe.Writer, new byte[50_000]));
        var capture = new PipeCapture(pipe.Reader, 100_000);

        Assert.False(await capture.ReadAsync(new CancellationToken(canceled: true)));

        Assert.Equal(50_000, capture.Kept.Length);
    }

    [Fact]
    public async Task Read_WhenSomebodyWritesForEver_EndsAfterTheLimit()
    {
        using var child = ChildProcess.Start(Endless(out var pipe));
        pipe.Writer.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        var isWhole = await Task.Run(() => new PipeCapture(pipe.Reader, 1000).ReadAsync(limit.Token)).WaitAsync(TimeSpan.FromSeconds(30));

        child.Handle.Signal(Signals.SIGKILL);
        pipe.Dispose();
        Assert.False(isWhole);
    }

    private static ProgramStart Endless(out PipePair pipe)
    {
        pipe = PipePair.Create();
        return new ProgramStart { Path = "/bin/cat", Arguments = ["cat", "/dev/zero"], Descriptors = [new ChildDescriptor(1, pipe.Writer)] };
    }
}
