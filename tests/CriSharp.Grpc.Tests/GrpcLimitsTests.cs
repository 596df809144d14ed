using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CriSharp.Grpc.Tests;

public sealed class GrpcLimitsTests
{
    /// <summary>Tried: with an infinite one, Kestrel says GOAWAY to every connection that is idle at its next heartbeat.</summary>
    [Fact]
    public void KeepAlive_WhenSet_IsLongButFinite()
    {
        var limits = new KestrelServerLimits();
        GrpcLimits.Apply(limits);
        Assert.InRange(limits.KeepAliveTimeout, TimeSpan.FromHours(1), TimeSpan.FromDays(365));
    }
}
