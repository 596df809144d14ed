using CriSharp.Benchmarks.Measures;
using CriSharp.Benchmarks.Peers;

namespace CriSharp.Benchmarks.Sections;

/// <summary>Memory of the process that holds a container, beside Debian's conmon holding the same. Several of each, since they share pages.</summary>
internal sealed class MemorySection : Section
{
    private const int Containers = 5;

    // What a start leaves behind in a process is given back or settles within this time.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    public override string Name => "memory";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        var conmons = new List<int>();
        var ids = new List<string>();
        for (var i = 0; i < Containers; i++)
        {
            var id = await bench.Bundles.MakeAsync(null, Sleeper);
            ids.Add(id);
            conmons.Add((await BareConmon.StartAsync(bench.Bundles, id, Path.Combine(bench.Bundles.BundleOf(id), "log"))).Conmon);
        }

        foreach (var target in bench.Targets)
        {
            var pods = new List<BenchPod>();
            for (var i = 0; i < Containers; i++)
            {
                pods.Add((await target.StartPodAsync()).Pod);
            }

            await Task.Delay(Rest, cancellationToken);
            var monitors = new HashSet<int>();
            foreach (var pod in pods)
            {
                monitors.Add(ProcessFacts.Parent(await target.InitPidAsync(pod.ContainerId)));
            }

            AddRows(bench.Results, target.Name, monitors, conmons);
            foreach (var pod in pods)
            {
                await pod.DisposeAsync();
            }
        }

        foreach (var id in ids)
        {
            await bench.Bundles.DeleteAsync(id);
        }
    }

    private void AddRows(ResultTable results, string runtime, IReadOnlyCollection<int> monitors, IReadOnlyCollection<int> conmons)
    {
        var ours = monitors.Select(ProcessFacts.Memory).ToList();
        var theirs = conmons.Select(ProcessFacts.Memory).ToList();
        results.Add(Name, runtime, "monitor resident", "KiB", ours.Average(one => one.Resident), theirs.Average(one => one.Resident));
        results.Add(Name, runtime, "monitor proportional", "KiB", ours.Average(one => one.Proportional), theirs.Average(one => one.Proportional));
        results.Add(Name, runtime, "monitor private", "KiB", ours.Average(one => one.Private), theirs.Average(one => one.Private));
    }
}
