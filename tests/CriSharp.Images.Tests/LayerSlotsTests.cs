using CriSharp.Images.Pulling;

namespace CriSharp.Images.Tests;

public sealed class LayerSlotsTests
{
    [Fact]
    public async Task Take_GivesAnImageItsShare_InTheOrderOfAsking()
    {
        var image = new LayerSlots(perImage: 2, perNode: 8).Open();
        var taken = Enumerable.Range(0, 4).Select(_ => image.TakeAsync(CancellationToken.None)).ToArray();
        await Given(taken[0], taken[1]);
        await NotGiven(taken[2], taken[3]);
        (await taken[1]).Dispose();
        await Given(taken[2]);
        await NotGiven(taken[3]);
    }

    [Fact]
    public async Task Take_WhereTheNodeHasMany_GivesEachImageOne()
    {
        var slots = new LayerSlots(perImage: 3, perNode: 4);
        var images = Enumerable.Range(0, 6).Select(_ => slots.Open()).ToArray();
        var first = images.Select(image => image.TakeAsync(CancellationToken.None)).ToArray();
        var second = images.Select(image => image.TakeAsync(CancellationToken.None)).ToArray();
        await Given(first);
        await NotGiven(second);

        // Two images end: four are left, so nobody gets a second one; with three the longest waiting gets it.
        (await first[4]).Dispose();
        (await first[5]).Dispose();
        await Given(second[4], second[5]);
        (await second[4]).Dispose();
        (await second[5]).Dispose();
        await NotGiven(second[0]);
        (await first[3]).Dispose();
        await Given(second[3]);
        (await second[3]).Dispose();
        await Given(second[0]);
        await NotGiven(second[1]);
    }

    [Fact]
    public async Task Take_WhoseCallerHasGone_IsPassedOver()
    {
        var image = new LayerSlots(perImage: 1, perNode: 1).Open();
        using var gone = new CancellationTokenSource();
        var slot = await image.TakeAsync(CancellationToken.None);
        var cancelled = image.TakeAsync(gone.Token);
        var next = image.TakeAsync(CancellationToken.None);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        slot.Dispose();
        slot.Dispose();
        await Given(next);
    }

    [Fact]
    public async Task Take_ByManyAtOnce_NeverExceedsAndNeverForgets()
    {
        const int perImage = 3, perNode = 5, images = 8;
        var slots = new LayerSlots(perImage, perNode);
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, images).Select(seed => Task.Run(() => OneImageAsync(seed))));
        Assert.InRange(most, 2, perNode + images - 1);
        await Given([.. Enumerable.Range(0, images).Select(_ => slots.Open().TakeAsync(CancellationToken.None))]);

        async Task OneImageAsync(int seed)
        {
            var image = slots.Open();
            var random = new Random(seed);
            var mine = 0;
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                using var cancellation = new CancellationTokenSource(random.Next(5) == 0 ? random.Next(5) : Timeout.Infinite);
                try
                {
                    using var slot = await image.TakeAsync(cancellation.Token);
                    Assert.InRange(Interlocked.Increment(ref mine), 1, perImage);
                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                    Interlocked.Decrement(ref mine);
                }
                catch (OperationCanceledException)
                {
                    // Its turn came too late.
                }
            }));
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private static async Task Given(params Task<IDisposable>[] slots) => await Task.WhenAll(slots).WaitAsync(TimeSpan.FromSeconds(30));

    private static async Task NotGiven(params Task<IDisposable>[] slots)
    {
        await Task.Delay(20);
        Assert.All(slots, slot => Assert.False(slot.IsCompleted));
    }
}
