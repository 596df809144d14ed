using System.Diagnostics;
using CriSharp.Benchmarks.Measures;
using CriSharp.Linux.Processes;

namespace CriSharp.Benchmarks.Sections;

/// <summary>StopContainer of a process that ends at once on SIGTERM, beside a bare signal and the wait for the process's end.</summary>
internal sealed class StopSection : Section
{
    private const long GraceSeconds = 30;

    public override string Name => "stop";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        var bare = new Samples();
        var measured = bench.Targets.ToDictionary(target => target, _ => new Samples());
        for (var round = 0; round < plan.Rounds; round++)
        {
            bare.Add(await BareRoundAsync(bench, cancellationToken));
            foreach (var target in bench.Targets)
            {
                var (pod, _) = await target.StartPodAsync();
                await SettleAsync(cancellationToken);
                var clock = Stopwatch.StartNew();
                await target.Client.StopAsync(pod.ContainerId, GraceSeconds);
                measured[target].Add(clock.Elapsed);
                await pod.DisposeAsync();
            }
        }

        foreach (var (target, samples) in measured)
        {
            bench.Results.Add(Name, target.Name, "StopContainer p50", "ms", samples.Median, bare.Median);
            bench.Results.Add(Name, target.Name, "over the process's own end, p50", "ms", samples.Median - bare.Median, null, "10 ms");
        }
    }

    private static async Task<TimeSpan> BareRoundAsync(Bench bench, CancellationToken cancellationToken)
    {
        var id = await bench.Bundles.MakeAsync(null, Sleeper);
        await bench.Bundles.StartAsync(id);
        await SettleAsync(cancellationToken);
        using var process = PidHandle.Open(bench.Bundles.PidOf(id));
        var clock = Stopwatch.StartNew();
        process.Signal(Signals.SIGTERM);
        await process.WaitForExitAsync(cancellationToken);
        var own = clock.Elapsed;
        await bench.Bundles.DeleteAsync(id);
        return own;
    }

    // The shell must have set its trap: pid 1 ignores a signal without one.
    private static Task SettleAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
}
