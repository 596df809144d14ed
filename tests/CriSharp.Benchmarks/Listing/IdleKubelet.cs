using System.Diagnostics;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Listing;

/// <summary>The calls of a kubelet that has nothing to do, at its own pace: what they take of a processor and of memory, and the longest that one of them took.</summary>
internal static class IdleKubelet
{
    private static readonly (ListedCall Call, double Seconds)[] Pace =
    [
        (ListedCall.ListContainers, 1 / 1.7), (ListedCall.ListPodSandbox, 1 / 1.7), (ListedCall.Status, 5), (ListedCall.Version, 10),
        (ListedCall.ListContainerStats, 10), (ListedCall.ImageFsInfo, 10), (ListedCall.ListImages, 30),
    ];

    private static readonly TimeSpan Tidying = TimeSpan.FromSeconds(5);

    // What the daemon holds rises until it tidies, and falls.
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromSeconds(3);

    /// <summary>What a daemon takes that has started, and has no pods.</summary>
    public static async Task AddMemoryAloneAsync(string runtime, int? daemonPid, ResultTable results)
    {
        await Task.Delay(Tidying);
        if (daemonPid is { } pid)
        {
            results.Add("memory", runtime, "of the daemon without pods, proportional", "MB", Megabytes(pid), null, "30 MB");
        }
    }

    public static async Task RunAsync(ListedNode node, TimeSpan time, ResultTable results, CancellationToken cancellationToken)
    {
        // What measuring has left is tidied first.
        await Task.Delay(Tidying, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var before = node.CpuTime();
        var clock = Stopwatch.StartNew();
        end.CancelAfter(time);
        var memory = MemoryAsync(node.DaemonPid, end.Token);
        var longest = await Task.WhenAll(Pace.Select(pace => RepeatAsync(node, pace.Call, TimeSpan.FromSeconds(pace.Seconds), end.Token)));
        if (node.CpuTime() - before is { } spent)
        {
            results.Add("idle kubelet", node.Name, "processor time of the daemon", "%", spent / clock.Elapsed * 100, null, "0.5 %");
        }

        if (await memory is [_, ..] megabytes)
        {
            results.Add("memory", node.Name, "of the daemon under an idle kubelet, proportional, mean", "MB", megabytes.Average(), null, "40 MB with 50 pods");
            results.Add("memory", node.Name, "of the daemon under an idle kubelet, proportional, most", "MB", megabytes.Max(), null);
        }

        foreach (var (pace, milliseconds) in Pace.Zip(longest))
        {
            results.Add("idle kubelet", node.Name, $"{pace.Call.Name}, longest", "ms", milliseconds, null);
        }
    }

    private static double Megabytes(int pid) => ProcessFacts.Memory(pid).Proportional * 1024 / 1e6;

    private static async Task<List<double>> MemoryAsync(int? daemonPid, CancellationToken end)
    {
        var megabytes = new List<double>();
        while (daemonPid is { } pid && !end.IsCancellationRequested)
        {
            megabytes.Add(Megabytes(pid));
            await Task.Delay(MemoryInterval, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return megabytes;
    }

    private static async Task<double> RepeatAsync(ListedNode node, ListedCall call, TimeSpan interval, CancellationToken end)
    {
        var longest = TimeSpan.Zero;
        using var timer = new PeriodicTimer(interval);
        try
        {
            do
            {
                var began = Stopwatch.GetTimestamp();
                await call.RunAsync(node);
                var took = Stopwatch.GetElapsedTime(began);
                longest = took > longest ? took : longest;
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }

        return longest.TotalMilliseconds;
    }
}
