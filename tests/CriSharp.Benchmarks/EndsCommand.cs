using System.Diagnostics;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Ends;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks;

/// <summary>Has thousands of containers end, a batch at once, on an instance of its own; the last line of its output is the verdict.</summary>
internal static class EndsCommand
{
    private const int ShownFaults = 50;

    /// <returns>0: every end was reported rightly, and nothing is left.</returns>
    public static async Task<int> RunAsync(int containers, int batch, int perPod, bool restartsDaemon, CancellationToken cancellationToken)
    {
        await using var registry = await LocalRegistry.StartAsync();
        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        var image = await daemon.Client.PullAsync(await registry.PushBusyboxAsync());
        var ends = new ManyEnds(daemon, image);

        // The first pod makes what stays for good.
        List<string> faults = [.. await ends.RunAsync(1, 1, restartsDaemon: false, cancellationToken)];
        var before = daemon.Snapshot();
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < containers; done += batch)
        {
            var count = Math.Min(batch, containers - done);
            faults.AddRange(await ends.RunAsync(count, perPod, restartsDaemon, cancellationToken));
            await Console.Error.WriteLineAsync($"{done + count} of {containers} after {clock.Elapsed.TotalSeconds:0} s: {faults.Count} faults");
        }

        var leftovers = await daemon.DifferencesAsync(before);
        foreach (var line in faults.Concat(leftovers).Take(ShownFaults))
        {
            await Console.Out.WriteLineAsync(line);
        }

        var isRight = faults.Count == 0 && leftovers.Count == 0;
        await Console.Out.WriteLineAsync(
            $"{(isRight ? "PASSED" : "FAILED")}: {containers} containers, {batch} at once{(restartsDaemon ? ", the daemon killed in each batch" : "")}: {faults.Count} wrong reports, {leftovers.Count} things left, {clock.Elapsed.TotalSeconds:0} s");
        return isRight ? 0 : 1;
    }
}
