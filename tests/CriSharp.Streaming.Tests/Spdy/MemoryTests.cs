using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>The memory of the process is everybody's, so nothing runs beside.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class AloneCollection;

[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public async Task Streams_TenThousandOneAfterTheOther_LeaveNothing()
    {
        await using var both = new Both();
        await OpenAndCloseAsync(both, 500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await OpenAndCloseAsync(both, 10_000);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        // A stream that stays takes several hundred bytes; the pools of the process take some when they like.
        Assert.InRange(after - before, long.MinValue, 10_000 * 100);
    }

    [Fact]
    public async Task Connections_AThousandThatIdle_TakeLittle()
    {
        var idle = new List<Both>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1000; i++)
        {
            var both = new Both();
            var accepting = SpdyClientStreams.AcceptAsync(both.Server, "v4.channel.k8s.io", true, true, false, false, default);
            foreach (var type in new[] { "error", "stdin", "stdout" })
            {
                await both.Client.OpenAsync(new Dictionary<string, string> { ["streamtype"] = type }, default);
            }

            await accepting;
            idle.Add(both);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1000;
        foreach (var both in idle)
        {
            await both.DisposeAsync();
        }

        // Both sides, and the wire between them.
        Assert.InRange(each, 0, 40_000);
    }

    [Fact]
    public async Task Connections_WhenTheyCome_AndGo_LeaveNothing()
    {
        await PlayAsync(50);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await PlayAsync(2000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 500_000);

        static async Task PlayAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await using var both = new Both();
                await both.OpenAsync();
            }
        }
    }

    private static async Task OpenAndCloseAsync(Both both, int count)
    {
        var buffer = new byte[100];
        for (var i = 0; i < count; i++)
        {
            var (near, far) = await both.OpenAsync(new Dictionary<string, string> { ["streamtype"] = "data", ["requestid"] = $"{i}" });
            await near.WriteAsync(buffer);
            await near.DisposeAsync();
            await far.ReadExactlyAsync(buffer);
            await far.DisposeAsync();
        }
    }
}
