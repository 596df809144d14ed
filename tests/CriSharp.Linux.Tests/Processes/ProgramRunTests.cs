using System.Text;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Processes;

public sealed class ProgramRunTests
{
    [Fact]
    public async Task Run_WhenTheProgramEchoesItsInput_ReturnsAllThatItSaid()
    {
        var input = Encoding.UTF8.GetBytes(new string('x', 300_000));

        var output = await RunAsync(Shell("cat; echo bad >&2; exit 3") with { StandardInput = input });

        Assert.Equal(new ProcessExit(3, 0), output.Exit);
        Assert.Equal(input, output.StandardOutput.ToArray());
        Assert.Equal("bad\n", output.StandardErrorText);
        Assert.False(output.IsTruncated);
    }

    [Fact]
    public async Task Run_WhenOutputIsLongerThanTheLimit_DropsTheRestAndTheProgramEndsByItself()
    {
        var output = await RunAsync(Shell("head -c 5000000 /dev/zero; exit 7") with { OutputLimitBytes = 1000 });

        Assert.Equal(7, output.Exit.ExitCode);
        Assert.Equal(1000, output.StandardOutput.Length);
        Assert.True(output.IsTruncated);
    }

    [Fact]
    public async Task Run_WhenTheTimeLimitPasses_KillsTheWholeSessionAndNamesProgramAndWords()
    {
        // The background child leaves the process group (set -m), but not the session.
        var command = Shell("set -m; sleep 1000 & echo $! >&2; sleep 1000") with { TimeLimit = TimeSpan.FromMilliseconds(500) };

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(command));

        Assert.StartsWith("/bin/bash did not end within 0.5 s and was killed: ", failure.Message, StringComparison.Ordinal);
        var grandchild = int.Parse(failure.Message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        using var handle = PidHandle.TryOpen(grandchild);
        await (handle?.WaitForExitAsync(CancellationToken.None) ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Run_WhenTheCallerGoesAway_KillsTheProgram()
    {
        using var caller = new CancellationTokenSource();
        var started = Directory.CreateTempSubdirectory();
        try
        {
            var fifo = Path.Combine(started.FullName, "fifo");
            await RunAsync(Shell($"mkfifo {fifo}"));
            var run = ProgramRun.RunAsync(Shell($"echo $$ >{fifo}; exec sleep 1000"), caller.Token);
            var pid = int.Parse(await File.ReadAllTextAsync(fifo), System.Globalization.CultureInfo.InvariantCulture);
            using var handle = PidHandle.Open(pid);

            await caller.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            Assert.True(handle.HasExited);
        }
        finally
        {
            started.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Run_WhenAGrandchildHoldsThePipe_ReturnsAfterTheProgramItself()
    {
        var output = await RunAsync(Shell("setsid sleep 1000 & echo $!") with { DrainGrace = TimeSpan.FromMilliseconds(50) });

        using var grandchild = PidHandle.Open(int.Parse(output.StandardOutputText, System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(grandchild.HasExited);
        grandchild.Signal(Signals.SIGKILL);
    }

    [Fact]
    public async Task Run_WhenManyRunAtOnce_EachGetsItsOwnOutput()
    {
        var outputs = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RunAsync(Shell($"echo {i}; echo e{i} >&2; exit {i}"))));

        Assert.All(outputs.Index(), item =>
        {
            Assert.Equal($"{item.Index}\n", item.Item.StandardOutputText);
            Assert.Equal($"e{item.Index}\n", item.Item.StandardErrorText);
            Assert.Equal(item.Index, item.Item.Exit.ExitCode);
        });
    }

    private static ProgramCommand Shell(string script) => new()
    {
        Path = "/bin/bash",
        Arguments = ["-c", script],
        Environment = ["PATH=/usr/bin:/bin"],
        TimeLimit = TimeSpan.FromSeconds(30),
    };

    private static Task<ProgramOutput> RunAsync(ProgramCommand command) => ProgramRun.RunAsync(command, CancellationToken.None);
}
