namespace CriSharp.Primitives.Tests;

public sealed class RollbackTests
{
    private static readonly TimeSpan Plenty = TimeSpan.FromMinutes(5);

    private readonly List<string> _undone = [];
    private readonly List<(string Step, Exception Failure)> _failures = [];

    private Rollback New(TimeSpan? limit = null) => new(limit ?? Plenty, (step, failure) => _failures.Add((step, failure)));

    [Fact]
    public async Task Dispose_UndoesInReverseOrder()
    {
        await using (var rollback = New())
        {
            rollback.Add("one", () => _undone.Add("one"));
            rollback.Add("two", async _ =>
            {
                await Task.Yield();
                _undone.Add("two");
            });
            rollback.Add("three", () => _undone.Add("three"));
        }

        Assert.Equal(["three", "two", "one"], _undone);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Release_KeepsEverything()
    {
        await using (var rollback = New())
        {
            rollback.Add("one", () => _undone.Add("one"));
            rollback.Release();
        }

        Assert.Empty(_undone);
    }

    [Fact]
    public async Task Dispose_AfterReleaseAndMoreSteps_UndoesOnlyThose()
    {
        await using (var rollback = New())
        {
            rollback.Add("one", () => _undone.Add("one"));
            rollback.Release();
            rollback.Add("two", () => _undone.Add("two"));
        }

        Assert.Equal(["two"], _undone);
    }

    [Fact]
    public async Task Dispose_GoesOnAfterFailuresAndReportsEach()
    {
        await using (var rollback = New())
        {
            rollback.Add("one", () => _undone.Add("one"));
            rollback.Add("thrown", () => throw new InvalidOperationException("a"));
            rollback.Add("awaited", async _ =>
            {
                await Task.Yield();
                throw new IOException("b");
            });
            rollback.Add("four", () => _undone.Add("four"));
        }

        Assert.Equal(["four", "one"], _undone);
        Assert.Equal(["awaited", "thrown"], _failures.Select(failure => failure.Step));
        Assert.Equal([typeof(IOException), typeof(InvalidOperationException)], _failures.Select(failure => failure.Failure.GetType()));
    }

    [Fact]
    public async Task Dispose_LeavesAStepBehindThatIgnoresItsLimit()
    {
        var never = new TaskCompletionSource();
        await using (var rollback = New(TimeSpan.FromMilliseconds(20)))
        {
            rollback.Add("one", () => _undone.Add("one"));
            rollback.Add("hung", _ => new ValueTask(never.Task));
        }

        Assert.Equal(["one"], _undone);
        var (step, failure) = Assert.Single(_failures);
        Assert.Equal("hung", step);
        Assert.IsType<TimeoutException>(failure);
        Assert.Contains("hung", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_GivesEachStepATokenOfItsOwn()
    {
        var wasCancelled = true;
        await using (var rollback = New(TimeSpan.FromMilliseconds(20)))
        {
            rollback.Add("after", token =>
            {
                wasCancelled = token.IsCancellationRequested;
                return ValueTask.CompletedTask;
            });
            rollback.Add("slow", async token => await Task.Delay(Timeout.Infinite, token));
        }

        Assert.False(wasCancelled);
        Assert.IsType<TimeoutException>(Assert.Single(_failures).Failure);
    }

    [Fact]
    public async Task Dispose_ReportsAStepsOwnCancellationAsItIs()
    {
        await using (var rollback = New())
        {
            rollback.Add("one", () => throw new OperationCanceledException());
        }

        Assert.IsType<OperationCanceledException>(Assert.Single(_failures).Failure);
    }

    [Fact]
    public async Task Dispose_Twice_UndoesOnce()
    {
        var rollback = New();
        rollback.Add("one", () => _undone.Add("one"));

        await rollback.DisposeAsync();
        await rollback.DisposeAsync();

        Assert.Equal(["one"], _undone);
    }
}
