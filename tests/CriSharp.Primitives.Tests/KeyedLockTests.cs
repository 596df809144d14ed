namespace CriSharp.Primitives.Tests;

public sealed class KeyedLockTests
{
    private readonly KeyedLock<string> _locks = new();

    private Task<IDisposable> Lock(string key = "k", CancellationToken token = default) => _locks.LockAsync(key, token);

    private Task<IDisposable> Share(string key = "k", CancellationToken token = default) => _locks.LockSharedAsync(key, token);

    [Fact]
    public async Task Exclusive_HoldsAllOthersOff()
    {
        var first = await Lock();
        var second = Lock();
        var shared = Share();

        Assert.False(second.IsCompleted);
        Assert.False(shared.IsCompleted);
        first.Dispose();
        var held = await second;
        Assert.False(shared.IsCompleted);
        held.Dispose();
        (await shared).Dispose();
    }

    [Fact]
    public async Task Keys_AreIndependent()
    {
        using var a = await Lock("a");
        using var b = await Lock("b");
    }

    [Fact]
    public async Task Shared_GoSideBySide()
    {
        var first = await Share();
        var second = await Share();
        var exclusive = Lock();

        first.Dispose();
        Assert.False(exclusive.IsCompleted);
        second.Dispose();
        (await exclusive).Dispose();
    }

    [Fact]
    public async Task Shared_WaitBehindAnExclusiveThatWaits()
    {
        var first = await Share();
        var exclusive = Lock();
        var late = Share();

        Assert.False(late.IsCompleted);
        first.Dispose();
        var held = await exclusive;
        Assert.False(late.IsCompleted);
        held.Dispose();
        (await late).Dispose();
    }

    [Fact]
    public async Task Waiters_AreServedInTheOrderOfTheirComing()
    {
        var order = new List<int>();
        var held = await Lock();
        var waiters = Enumerable.Range(0, 20).Select(async i =>
        {
            using var turn = await Lock();
            lock (order)
            {
                order.Add(i);
            }
        }).ToArray();

        held.Dispose();
        await Task.WhenAll(waiters);

        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task Waiter_ThatGivesUp_IsPassedOver()
    {
        using var cancellation = new CancellationTokenSource();
        var held = await Lock();
        var gone = Lock(token: cancellation.Token);
        var next = Lock();

        await cancellation.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.False(next.IsCompleted);
        held.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task Exclusive_ThatGivesUp_LetsTheSharedBehindItIn()
    {
        using var cancellation = new CancellationTokenSource();
        using var first = await Share();
        var exclusive = Lock(token: cancellation.Token);
        var late = Share();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exclusive);
        (await late).Dispose();
    }

    [Fact]
    public async Task Lock_OnACancelledToken_IsNotTaken()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Lock(token: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Share(token: cancelled));
        (await Lock()).Dispose();
    }

    [Fact]
    public async Task Dispose_Twice_LetsGoOnce()
    {
        var first = await Lock();
        first.Dispose();
        using var second = await Lock();
        first.Dispose();

        Assert.False(Lock().IsCompleted);
    }

    [Fact]
    public async Task UnderLoad_WithWaitersGivingUp_ExclusiveIsAlone()
    {
        var inside = 0;
        var clashes = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using var cancellation = new CancellationTokenSource();
            var turn = i % 3 == 0 ? Share(token: cancellation.Token) : Lock(token: cancellation.Token);
            if (i % 7 == 0)
            {
                await cancellation.CancelAsync();
            }

            try
            {
                using var held = await turn;
                if (i % 3 != 0 && Interlocked.Increment(ref inside) != 1)
                {
                    Interlocked.Increment(ref clashes);
                }

                await Task.Yield();
                if (i % 3 != 0)
                {
                    Interlocked.Decrement(ref inside);
                }
            }
            catch (OperationCanceledException)
            {
                // Gave up in time; one that was served first goes on instead.
            }
        });

        Assert.Equal(0, clashes);
        using var afterwards = await Lock();
    }
}
