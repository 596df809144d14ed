using System.Diagnostics;
using CriSharp.Benchmarks.Measures;
using CriSharp.Benchmarks.Peers;

namespace CriSharp.Benchmarks.Sections;

/// <summary>RunPodSandbox, CreateContainer and StartContainer, beside the bare plugin runs, runc create and runc start that they contain; in turn.</summary>
internal sealed class PodSection : Section
{
    private static readonly string[] Steps = ["pod+container start", "RunPodSandbox", "CreateContainer", "StartContainer"];

    public override string Name => "pod";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        await using var network = new BareNetwork();
        // It stays while the bare containers use its namespaces and files.
        await using var model = (await bench.Targets[0].StartPodAsync()).Pod;
        await using var bundles = await BareBundles.OpenAsync();
        if (!bundles.TryImitate(ProcessFacts.Parent(await bench.Targets[0].InitPidAsync(model.ContainerId))))
        {
            await Console.Error.WriteLineAsync($"{bench.Targets[0].Name} does not show its bundles: the bare containers are simpler than its own");
        }

        var bare = new Samples[] { new(), new(), new(), new() };
        var measured = bench.Targets.ToDictionary(target => target, _ => new Samples[] { new(), new(), new(), new() });
        // The first round warms up: files come from the disk, the bridge is made.
        for (var round = 0; round <= plan.Rounds; round++)
        {
            var keep = round > 0;
            Record(bare, await BareRoundAsync(bundles, network), keep);
            foreach (var target in bench.Targets)
            {
                var (pod, steps) = await target.StartPodAsync();
                Record(measured[target], steps, keep);
                await pod.DisposeAsync();
            }
        }

        foreach (var (target, samples) in measured)
        {
            for (var step = 0; step < Steps.Length; step++)
            {
                bench.Results.Add(Name, target.Name, $"{Steps[step]} p50", "ms", samples[step].Median, bare[step].Median, step == 0 ? "1.5" : "");
            }

            bench.Results.Add(Name, target.Name, $"{Steps[0]} p99", "ms", samples[0].P99, bare[0].P99);
        }
    }

    private static void Record(Samples[] samples, TimeSpan[] steps, bool keep)
    {
        for (var step = 0; keep && step < steps.Length; step++)
        {
            samples[step].Add(steps[step]);
        }
    }

    private static async Task<TimeSpan[]> BareRoundAsync(BareBundles bundles, BareNetwork network)
    {
        var name = await BareNetwork.MakeNamespaceAsync();
        var id = await bundles.MakeAsync(BareNetwork.PathOf(name), Sleeper);
        var clock = Stopwatch.StartNew();
        await network.AddAsync(name);
        var plugins = clock.Elapsed;
        await bundles.CreateAsync(id);
        var created = clock.Elapsed;
        await bundles.RuncAsync("start", id);
        var all = clock.Elapsed;
        await bundles.DeleteAsync(id);
        await network.RemoveAsync(name);
        return [all, plugins, created - plugins, all - created];
    }
}
