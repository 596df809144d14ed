using System.Diagnostics;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Sections;

/// <summary>ExecSync of true, beside a bare runc exec; in turn.</summary>
internal sealed class ExecSection : Section
{
    private const int WarmUp = 3;

    public override string Name => "exec";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        var id = await bench.Bundles.MakeAsync(null, Sleeper);
        await bench.Bundles.StartAsync(id);
        var bare = new Samples();
        var pods = new List<(Target Target, BenchPod Pod, Samples Samples)>();
        foreach (var target in bench.Targets)
        {
            pods.Add((target, (await target.StartPodAsync()).Pod, new Samples()));
        }

        for (var round = -WarmUp; round < plan.Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await bench.Bundles.RuncAsync("exec", id, "true");
            Keep(round, bare, clock.Elapsed);
            foreach (var (target, pod, samples) in pods)
            {
                clock.Restart();
                await target.Client.ExecAsync(pod.ContainerId, "true");
                Keep(round, samples, clock.Elapsed);
            }
        }

        foreach (var (target, pod, samples) in pods)
        {
            bench.Results.Add(Name, target.Name, "ExecSync p50", "ms", samples.Median, bare.Median, "1.3");
            bench.Results.Add(Name, target.Name, "ExecSync p99", "ms", samples.P99, bare.P99);
            await pod.DisposeAsync();
        }

        await bench.Bundles.DeleteAsync(id);
    }

    private static void Keep(int round, Samples samples, TimeSpan duration)
    {
        if (round >= 0)
        {
            samples.Add(duration);
        }
    }
}
