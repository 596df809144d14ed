using System.Diagnostics;
using CriSharp.Benchmarks.Measures;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.Benchmarks.Pulls;

/// <summary>What one pull cost a runtime: wall and CPU seconds with its child processes', and the daemon's peak memory.</summary>
internal sealed record PulledCost(double Seconds, double CpuSeconds, double PeakMegabytes, double RemovalSeconds)
{
    /// <summary>Pulls and removes again. What was to be written is on the disk before each, as it is by the time that somebody removes an image.</summary>
    public static async Task<PulledCost> MeasureAsync(PulledRuntime runtime, IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        await BenchLayer.ShellAsync("sync", cancellationToken);
        ProcessFacts.ForgetPeak(runtime.Pid);
        var cpu = ProcessFacts.CpuTimeWithChildren(runtime.Pid);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(images.Select(image => runtime.Client.PullAsync(image)));
        var pulled = clock.Elapsed.TotalSeconds;
        var used = (ProcessFacts.CpuTimeWithChildren(runtime.Pid) - cpu).TotalSeconds;
        var peak = ProcessFacts.PeakBytes(runtime.Pid) / 1e6;
        await BenchLayer.ShellAsync("sync", cancellationToken);
        clock.Restart();
        await Task.WhenAll(images.Select(image => runtime.Client.RemoveImageAsync(image)));
        return new PulledCost(pulled, used, peak, clock.Elapsed.TotalSeconds);
    }

    public static PulledCost Median(IReadOnlyList<PulledCost> costs)
    {
        double Middle(Func<PulledCost, double> choose) => costs.Select(choose).Order().ElementAt(costs.Count / 2);
        return new PulledCost(Middle(cost => cost.Seconds), Middle(cost => cost.CpuSeconds), Middle(cost => cost.PeakMegabytes), Middle(cost => cost.RemovalSeconds));
    }
}

/// <summary>A runtime that pulls.</summary>
internal sealed record PulledRuntime(string Name, CriClient Client, int Pid);
