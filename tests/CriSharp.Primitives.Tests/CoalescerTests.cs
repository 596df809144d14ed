namespace CriSharp.Primitives.Tests;

public sealed class CoalescerTests
{
    private readonly Coalescer<string, int> _goesOn = new(AbandonedWork.GoesOn);
    private readonly Coalescer<string, int> _cancelled = new(AbandonedWork.IsCancelled);

    [Fact]
    public async Task Equal_RequestsShareOneRun()
    {
        var runs = 0;
        var release = new TaskCompletionSource<int>();
        Task<int> Start(CancellationToken token)
        {
            Interlocked.Increment(ref runs);
            return release.Task;
        }

        var callers = Enumerable.Range(0, 10).Select(_ => _goesOn.RunAsync("k", Start, CancellationToken.None)).ToArray();
        Assert.Equal(["k"], _goesOn.Running());
        release.SetResult(7);

        Assert.All(await Task.WhenAll(callers), result => Assert.Equal(7, result));
        Assert.Equal(1, runs);
        Assert.Empty(_goesOn.Running());
    }

    [Fact]
    public async Task Other_KeysRunBesideEachOther()
    {
        var first = new TaskCompletionSource<int>();
        var waiting = _goesOn.RunAsync("a", _ => first.Task, CancellationToken.None);

        Assert.Equal(2, await _goesOn.RunAsync("b", _ => Task.FromResult(2), CancellationToken.None));
        first.SetResult(1);
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Later_RequestsRunAnew()
    {
        Assert.Equal(1, await _goesOn.RunAsync("k", _ => Task.FromResult(1), CancellationToken.None));
        Assert.Equal(2, await _goesOn.RunAsync("k", _ => Task.FromResult(2), CancellationToken.None));
    }

    [Fact]
    public async Task Failure_ReachesEveryCallerAndIsForgotten()
    {
        var release = new TaskCompletionSource<int>();
        var callers = Enumerable.Range(0, 3).Select(_ => _goesOn.RunAsync("k", _ => release.Task, CancellationToken.None)).ToArray();
        release.SetException(new IOException("broken"));

        foreach (var caller in callers)
        {
            Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => caller)).Message);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _goesOn.RunAsync("k", _ => throw new InvalidOperationException(), CancellationToken.None));
        Assert.Equal(1, await _goesOn.RunAsync("k", _ => Task.FromResult(1), CancellationToken.None));
    }

    [Fact]
    public async Task Caller_ThatGivesUp_LeavesTheOthersTheirResult()
    {
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var workToken = new TaskCompletionSource<CancellationToken>();
        Task<int> Start(CancellationToken token)
        {
            workToken.SetResult(token);
            return release.Task;
        }

        var gone = _cancelled.RunAsync("k", Start, cancellation.Token);
        var stays = _cancelled.RunAsync("k", Start, CancellationToken.None);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.False((await workToken.Task).IsCancellationRequested);
        release.SetResult(1);
        Assert.Equal(1, await stays);
    }

    [Fact]
    public async Task Abandoned_ThatGoesOn_IsFoundByTheRetry()
    {
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var first = _goesOn.RunAsync("k", _ => release.Task, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var retry = _goesOn.RunAsync("k", _ => throw new InvalidOperationException("a second run"), CancellationToken.None);
        release.SetResult(5);

        Assert.Equal(5, await retry);
    }

    [Fact]
    public async Task Abandoned_ThatIsCancelled_SeesItsTokenFire()
    {
        using var cancellation = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var caller = _cancelled.RunAsync(
            "k",
            async token =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    ended.SetResult();
                }

                return 1;
            },
            cancellation.Token);

        await started.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        await ended.Task;
    }

    [Fact]
    public async Task Retry_OfCancelledWork_WaitsUntilThatHasEnded()
    {
        using var cancellation = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var cleanedUp = new TaskCompletionSource();
        var secondStarted = new TaskCompletionSource();
        var first = _cancelled.RunAsync(
            "k",
            async _ =>
            {
                started.SetResult();
                await cleanedUp.Task;
                throw new IOException("nobody hears this");
            },
            cancellation.Token);
        await started.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var retry = _cancelled.RunAsync(
            "k",
            _ =>
            {
                secondStarted.SetResult();
                return Task.FromResult(2);
            },
            CancellationToken.None);

        Assert.False(secondStarted.Task.IsCompleted);
        Assert.Equal(["k"], _cancelled.Running());
        cleanedUp.SetResult();
        Assert.Equal(2, await retry);
        Assert.Empty(_cancelled.Running());
    }

    [Fact]
    public async Task Caller_OnACancelledToken_StartsNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _goesOn.RunAsync("k", _ => throw new InvalidOperationException("started"), new CancellationToken(canceled: true)));
        Assert.Empty(_goesOn.Running());
    }

    [Fact]
    public async Task Result_ThatNobodyIsTold_IsReportedOnce()
    {
        var reported = new TaskCompletionSource<(string Key, int Result)>();
        var coalescer = new Coalescer<string, int>(AbandonedWork.GoesOn) { OnUnclaimed = (key, result) => reported.SetResult((key, result)) };
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var caller = coalescer.RunAsync("k", _ => release.Task, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);

        release.SetResult(3);

        Assert.Equal(("k", 3), await reported.Task);
    }

    [Fact]
    public async Task Failure_ThatNobodyIsTold_IsReported()
    {
        var reported = new TaskCompletionSource<Exception>();
        var coalescer = new Coalescer<string, int>(AbandonedWork.GoesOn) { OnUnheard = (_, failure) => reported.SetResult(failure) };
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var caller = coalescer.RunAsync("k", _ => release.Task, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);

        release.SetException(new IOException("too late"));

        Assert.Equal("too late", (await reported.Task).Message);
    }

    [Fact]
    public async Task Result_ThatACallerIsTold_IsNotReported()
    {
        var coalescer = new Coalescer<string, int>(AbandonedWork.GoesOn) { OnUnclaimed = (_, _) => throw new InvalidOperationException("reported") };
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var gone = coalescer.RunAsync("k", _ => release.Task, cancellation.Token);
        var told = coalescer.RunAsync("k", _ => release.Task, CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        release.SetResult(3);

        Assert.Equal(3, await told);
        Assert.Empty(coalescer.Running());
    }

    [Fact]
    public async Task Retry_WithinTheLinger_JoinsAbandonedWork()
    {
        var coalescer = new Coalescer<string, int>(AbandonedWork.IsCancelled) { Linger = TimeSpan.FromMinutes(10) };
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource<int>();
        var workToken = new TaskCompletionSource<CancellationToken>();
        var first = coalescer.RunAsync(
            "k",
            token =>
            {
                workToken.SetResult(token);
                return release.Task;
            },
            cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var retry = coalescer.RunAsync("k", _ => throw new InvalidOperationException("a second run"), CancellationToken.None);
        Assert.False((await workToken.Task).IsCancellationRequested);
        release.SetResult(5);

        Assert.Equal(5, await retry);
    }

    [Fact]
    public async Task Linger_WhenItIsOver_CancelsTheWork()
    {
        var coalescer = new Coalescer<string, int>(AbandonedWork.IsCancelled) { Linger = TimeSpan.FromMilliseconds(1) };
        using var cancellation = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource();
        var caller = coalescer.RunAsync(
            "k",
            async token =>
            {
                await using var registration = token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            },
            cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        await cancelled.Task;
    }
}
