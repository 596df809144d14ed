using CriSharp.Pods.Retries;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Retries;

public sealed class UnclaimedTableTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public void Claim_WhenARetryComesInTime_HasIt()
    {
        var table = new UnclaimedTable<string>("thing", Long, TimeProvider.System);
        _ = table.KeepAsync("a", () => throw new InvalidOperationException("given up"));

        Assert.True(table.Claim("a"));
        Assert.False(table.Claim("a"));
    }

    [Fact]
    public void Claim_OfWhatWasNeverUnclaimed_IsNothing() => Assert.False(new UnclaimedTable<string>("thing", Long, TimeProvider.System).Claim("b"));

    [Fact]
    public async Task Keep_WhenNobodyComes_GivesItUp()
    {
        var givenUp = new TaskCompletionSource();
        await new UnclaimedTable<string>("thing", TimeSpan.FromMilliseconds(1), TimeProvider.System).KeepAsync("a", () =>
        {
            givenUp.SetResult();
            return Task.CompletedTask;
        });

        Assert.True(givenUp.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Claim_WhenItIsBeingGivenUp_IsToldToTryAgain()
    {
        var giving = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var table = new UnclaimedTable<string>("thing", TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var kept = table.KeepAsync("a", () =>
        {
            giving.SetResult();
            return release.Task;
        });
        await giving.Task;

        var refusal = Assert.Throws<RuntimeException>(() => table.Claim("a"));

        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
        release.SetResult();
        await kept;
        Assert.False(table.Claim("a"));
    }

    [Fact]
    public async Task Keep_WhenClaimedMeanwhile_GivesNothingUp()
    {
        var table = new UnclaimedTable<string>("thing", TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var kept = table.KeepAsync("a", () => throw new InvalidOperationException("given up"));
        table.Claim("a");

        await kept;
    }
}
