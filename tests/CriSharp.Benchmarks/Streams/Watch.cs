using System.Diagnostics;
using System.Globalization;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Streams;

/// <summary>Daemon and monitor of one container, from outside.</summary>
internal sealed class Watch(int daemon, int monitor)
{
    public async Task ShowAsync(string what, Func<Task<string>> run)
    {
        var clock = Stopwatch.StartNew();
        var before = ProcessFacts.CpuTime(daemon);
        var words = await run();
        var elapsed = clock.Elapsed;
        // What was given up is closed a moment later.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var spent = ProcessFacts.CpuTime(daemon) - before;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{what}: {elapsed.TotalSeconds:0.0} s, {spent.TotalSeconds:0.0} CPU s of the daemon {words}; {State()}"));
    }

    public string State() => $"daemon {Of(daemon)}; monitor {Of(monitor)}";

    /// <summary>Private memory in KiB.</summary>
    public (long Daemon, long Monitor) Private() => (ProcessFacts.Memory(daemon).Private, ProcessFacts.Memory(monitor).Private);

    private static string Of(int pid) =>
        $"{Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length} descriptors, {Directory.GetFileSystemEntries($"/proc/{pid}/task").Length} threads, {ProcessFacts.Memory(pid).Private} KiB";
}
