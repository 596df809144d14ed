using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Processes;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("exit 0", 0, 0, 0)]
    [InlineData("exit 42", 42, 0, 42)]
    [InlineData("kill -TERM $$", 0, 15, 143)]
    [InlineData("kill -KILL $$", 0, 9, 137)]
    public async Task WaitForExit_WhenTheChildEnds_TellsCodeOrSignal(string script, int code, int signal, int shellCode)
    {
        using var child = ChildProcess.Start(Shell(script));

        var exit = await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);

        Assert.Equal(new ProcessExit(code, signal), exit);
        Assert.Equal(shellCode, exit.ShellCode);
    }

    [Fact]
    public async Task Start_WhenSourcesAndTargetsCross_EveryDescriptorIsTheOneAsked()
    {
        using var first = PipePair.Create();
        using var second = PipePair.Create();
        var low = (int)first.Writer.DangerousGetHandle();
        var high = (int)second.Writer.DangerousGetHandle();

        // The child's numbers are each other's source: a naive dup2 in order would lose one.
        using var child = ChildProcess.Start(Shell($"echo low >&{high}; echo high >&{low}") with
        {
            Descriptors = [new ChildDescriptor(high, first.Writer), new ChildDescriptor(low, second.Writer)],
        });
        first.Writer.Dispose();
        second.Writer.Dispose();
        await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);

        Assert.Equal("low\n", await ReadAsync(first));
        Assert.Equal("high\n", await ReadAsync(second));
    }

    [Fact]
    public async Task Start_WhenTheParentHasInheritableDescriptors_TheChildSeesOnlyItsOwn()
    {
        using var pipe = PipePair.Create();
        using var child = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/ls",
            Arguments = ["ls", "/proc/self/fd"],
            Descriptors = [new ChildDescriptor(1, pipe.Writer), new ChildDescriptor(5, pipe.Writer)],
        });
        pipe.Writer.Dispose();

        var numbers = (await ReadAsync(pipe)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // 3 is the folder that ls itself opens.
        Assert.Equal(["0", "1", "2", "3", "5"], numbers);
    }

    [Fact]
    public async Task Start_WhenTheParentIgnoresSignals_TheChildHasDefaultsAndAnEmptyMask()
    {
        using var pipe = PipePair.Create();
        using var child = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/grep",
            Arguments = ["grep", "-E", "SigBlk|SigIgn", "/proc/self/status"],
            Descriptors = [new ChildDescriptor(1, pipe.Writer)],
        });
        pipe.Writer.Dispose();

        // 32 and 33 belong to glibc, whose posix_spawn ignores them and whose threads handle them where they are needed.
        var text = (await ReadAsync(pipe)).Replace("0000000180000000", "0000000000000000", StringComparison.Ordinal);
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", text);
    }

    [Fact]
    public async Task Start_WhenNewSessionAndWorkingDirectoryAreAsked_TheChildHasThemAndItsExactEnvironment()
    {
        using var pipe = PipePair.Create();
        using var child = ChildProcess.Start(Shell("cut -d' ' -f6 /proc/$$/stat; echo $$; pwd; tr '\\0' '\\n' </proc/$$/environ") with
        {
            Environment = ["ONLY=this"],
            NewSession = true,
            WorkingDirectory = "/usr",
            Descriptors = [new ChildDescriptor(1, pipe.Writer)],
        });
        pipe.Writer.Dispose();

        Assert.Equal($"{child.Pid}\n{child.Pid}\n/usr\nONLY=this\n", await ReadAsync(pipe));
    }

    [Fact]
    public void Start_WhenTheProgramDoesNotExist_ThrowsENOENT()
    {
        var failure = Assert.Throws<LinuxException>(() => ChildProcess.Start(new ProgramStart { Path = "/nowhere/at/all", Arguments = ["x"] }));

        Assert.Equal(Errno.ENOENT, failure.ErrorNumber);
        Assert.Contains("/nowhere/at/all", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("relative/path", "x")]
    [InlineData("/bin/true", "a\0b")]
    public void Start_WhenInputCouldMeanSomethingElse_Refuses(string path, string argument) =>
        Assert.Throws<ArgumentException>(() => ChildProcess.Start(new ProgramStart { Path = path, Arguments = ["x", argument] }));

    [Fact]
    public async Task Dispose_WhenTheChildLives_ItIsReapedWhenItEnds()
    {
        var child = ChildProcess.Start(Shell("exec sleep 1000"));
        using var observer = PidHandle.Open(child.Pid);
        var identity = ProcessIdentity.TryRead(child.Pid);
        child.Dispose();
        Assert.False(observer.HasExited);

        observer.Signal(Signals.SIGKILL);
        await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);

        Assert.NotNull(identity);
        Assert.NotEqual(identity, ProcessIdentity.TryRead(child.Pid));
    }

    private static ProgramStart Shell(string script) => new() { Path = "/bin/bash", Arguments = ["bash", "-c", script] };

    private static async Task<string> ReadAsync(PipePair pipe)
    {
        var capture = new PipeCapture(pipe.Reader, 64 * 1024);
        using var limit = new CancellationTokenSource(Limit);
        Assert.True(await capture.ReadAsync(limit.Token), "the pipe was never closed");
        return System.Text.Encoding.UTF8.GetString(capture.Kept.Span);
    }
}
