using System.Diagnostics;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Streams;

public class EventsAtStopTests
{
    [Fact]
    public async Task Stop_WhileSomebodyListens_EndsTheStreamAtOnce()
    {
        await using var daemon = await DaemonInstance.StartAsync();
        await using var listener = await EventStream.OpenAsync(daemon.Client);
        var failure = listener.FailureAsync();
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, await daemon.StopDaemonAsync());

        // A stop waits for calls that do not end.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4) * TestNode.Patience);
        Assert.Equal(StatusCode.Unavailable, (await failure).StatusCode);
        Assert.DoesNotContain("did not end", daemon.Log);
    }
}
