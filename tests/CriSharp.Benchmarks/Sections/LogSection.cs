using System.Diagnostics;
using System.Globalization;
using System.Text;
using CriSharp.Benchmarks.Measures;
using CriSharp.Benchmarks.Peers;

namespace CriSharp.Benchmarks.Sections;

/// <summary>A container that writes short lines as fast as it can: seconds until the last one is in the log, and the CPU time of whoever wrote it.</summary>
internal sealed class LogSection : Section
{
    private const string Line = "a short line of a log as programs write them";
    private const string End = "that was the last line";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public override string Name => "log";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        var command = Writer(plan);
        var bare = await BareAsync(bench, command, cancellationToken);
        foreach (var target in bench.Targets)
        {
            var clock = Stopwatch.StartNew();
            var (pod, _) = await target.StartPodAsync(target.Container(command));
            var monitor = ProcessFacts.Parent(await target.InitPidAsync(pod.ContainerId));
            var log = (await target.Client.StatusAsync(pod.ContainerId)).LogPath;
            await WaitForEndAsync(log, cancellationToken);
            var seconds = clock.Elapsed.TotalSeconds;
            var cpu = ProcessFacts.CpuTime(monitor).TotalSeconds;
            await pod.DisposeAsync();
            File.Delete(log);
            bench.Results.Add(Name, target.Name, $"{plan.LogMegabytes} MB of short lines", "s", seconds, bare.Seconds);
            bench.Results.Add(Name, target.Name, "monitor's CPU", "s", cpu, bare.Cpu);
            bench.Results.Add(Name, target.Name, "speed", "MB/s", plan.LogMegabytes / seconds, plan.LogMegabytes / bare.Seconds);
        }
    }

    // It stays alive after its last line, so that its monitor's CPU time can be read.
    private static string[] Writer(Plan plan) =>
        ["sh", "-c", string.Create(CultureInfo.InvariantCulture, $"yes '{Line}' | head -c {plan.LogMegabytes}000000; echo; echo {End}; trap 'exit 0' TERM; sleep 1000 & wait")];

    private static async Task<(double Seconds, double Cpu)> BareAsync(Bench bench, string[] command, CancellationToken cancellationToken)
    {
        var id = await bench.Bundles.MakeAsync(null, command);
        var log = Path.Combine(bench.Bundles.BundleOf(id), "log");
        var clock = Stopwatch.StartNew();
        var (conmon, _) = await BareConmon.StartAsync(bench.Bundles, id, log);
        await WaitForEndAsync(log, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var cpu = ProcessFacts.CpuTime(conmon).TotalSeconds;
        await bench.Bundles.DeleteAsync(id);
        return (seconds, cpu);
    }

    private static async Task WaitForEndAsync(string log, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var tail = new byte[256];
        while (true)
        {
            if (File.Exists(log))
            {
                await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                file.Position = Math.Max(0, file.Length - tail.Length);
                var count = await file.ReadAsync(tail, limit.Token);
                if (Encoding.ASCII.GetString(tail, 0, count).Contains(End, StringComparison.Ordinal))
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }
}
