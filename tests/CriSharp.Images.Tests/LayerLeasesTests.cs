using CriSharp.Oci;

namespace CriSharp.Images.Tests;

public sealed class LayerLeasesTests
{
    private static readonly DiffId Layer = new(Digest.Parse("sha256:" + new string('a', 64)));

    private readonly LayerLeases _leases = new();

    [Fact]
    public async Task TryClaim_WhileALeaseIsHeld_IsRefused()
    {
        var first = await _leases.LeaseAsync([Layer], CancellationToken.None);
        var second = await _leases.LeaseAsync([Layer], CancellationToken.None);
        first.Dispose();
        first.Dispose();

        Assert.Null(_leases.TryClaim(Layer));
        second.Dispose();
        Assert.NotNull(_leases.TryClaim(Layer));
    }

    [Fact]
    public async Task Lease_WhileTheLayerIsBeingFreed_WaitsForThat()
    {
        var claim = _leases.TryClaim(Layer)!;
        Assert.Null(_leases.TryClaim(Layer));
        var lease = _leases.LeaseAsync([Layer], CancellationToken.None);
        Assert.False(lease.IsCompleted);

        claim.Dispose();

        using (await lease)
        {
            Assert.Null(_leases.TryClaim(Layer));
        }
    }

    [Fact]
    public async Task Lease_WhenItsCallerGoes_IsGivenBack()
    {
        var claim = _leases.TryClaim(Layer)!;
        using var impatience = new CancellationTokenSource();
        var lease = _leases.LeaseAsync([Layer], impatience.Token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease);
        claim.Dispose();

        Assert.NotNull(_leases.TryClaim(Layer));
    }
}
