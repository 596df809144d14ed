using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Processes;

public sealed class PidHandleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WaitForExit_WhenManyWait_AllAreToldAndOneMayGiveUp()
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });
        using var handle = PidHandle.Open(child.Pid);
        using var impatient = new CancellationTokenSource();
        var waits = Enumerable.Range(0, 5).Select(_ => handle.WaitForExitAsync(CancellationToken.None)).ToArray();
        var abandoned = handle.WaitForExitAsync(impatient.Token);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.False(handle.HasExited);

        Assert.True(handle.Signal(Signals.SIGKILL));
        await Task.WhenAll(waits).WaitAsync(Limit);
        Assert.True(handle.HasExited);
        await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.False(handle.Signal(Signals.SIGKILL));
    }

    /// <summary>Linux tells it since 6.15; before that nobody knows.</summary>
    [Theory]
    [InlineData("exit 7", 7, 0)]
    [InlineData("exit 0", 0, 0)]
    [InlineData("kill -SEGV $$", 0, 11)]
    [InlineData("kill -KILL $$", 0, 9)]
    public async Task TryReadExit_WhenSomebodyElseReapedTheProcess_IsHowItEnded(string script, int code, int signal)
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = "/bin/sh", Arguments = ["sh", "-c", script] });
        await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);

        Assert.Equal(KernelTellsExits ? new ProcessExit(code, signal) : null, child.Handle.TryReadExit());
    }

    [Fact]
    public void TryReadExit_WhenTheProcessLives_IsNull()
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });

        Assert.Null(child.Handle.TryReadExit());

        child.Handle.Signal(Signals.SIGKILL);
    }

    private static bool KernelTellsExits => Environment.OSVersion.Version >= new Version(6, 15);

    [Fact]
    public async Task TryOpen_WhenTheIdentityIsOfAnEarlierProcess_IsNull()
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });
        var identity = ProcessIdentity.TryRead(child.Pid);
        Assert.NotNull(identity);
        using (var handle = PidHandle.TryOpen(identity.Value))
        {
            Assert.NotNull(handle);
        }

        Assert.Null(PidHandle.TryOpen(identity.Value with { StartTicks = identity.Value.StartTicks - 1 }));
        child.Handle.Signal(Signals.SIGKILL);
        await child.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Null(PidHandle.TryOpen(identity.Value));
    }

    [Fact]
    public void Open_WhenNobodyHasTheNumber_ThrowsESRCH() =>
        Assert.Equal(Errno.ESRCH, Assert.Throws<LinuxException>(() => PidHandle.Open(int.MaxValue - 1)).ErrorNumber);
}
