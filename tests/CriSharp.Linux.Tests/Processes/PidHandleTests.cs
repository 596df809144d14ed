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
