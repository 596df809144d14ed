using System.Diagnostics;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Listing;

/// <summary>The calls of a kubelet that has nothing to do, at its own pace: what they take of a processor, and the longest that one of them took.</summary>
internal static class IdleKubelet
{
    private static readonly (ListedCall Call, double Seconds)[] Pace =
    [
        (ListedCall.ListContainers, 1 / 1.7), (ListedCall.ListPodSandbox, 1 / 1.7), (ListedCall.Status, 5), (ListedCall.Version, 10),
        (ListedCall.ListContainerStats, 10), (ListedCall.ImageFsInfo, 10), (ListedCall.ListImages, 30),
    ];

    public static async Task RunAsync(ListedNode node, TimeSpan time, ResultTable results, CancellationToken cancellationToken)
    {
        // What measuring has left is tidied first.
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var before = node.CpuTime();
        var clock = Stopwatch.StartNew();
        end.CancelAfter(time);
        var longest = await Task.WhenAll(Pace.Select(pace => RepeatAsync(node, pace.Call, TimeSpan.FromSeconds(pace.Seconds), end.Token)));
        if (node.CpuTime() - before is { } spent)
        {
            results.Add("idle kubelet", node.Name, "processor time of the daemon", "%", spent / clock.Elapsed * 100, null, "0.5 %");
        }

        foreach (var (pace, milliseconds) in Pace.Zip(longest))
        {
            results.Add("idle kubelet", node.Name, $"{pace.Call.Name}, longest", "ms", milliseconds, null);
        }
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
