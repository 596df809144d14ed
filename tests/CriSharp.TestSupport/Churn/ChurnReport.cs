using System.Collections.Concurrent;
using System.Globalization;

namespace CriSharp.TestSupport.Churn;

/// <summary>What a churn has seen.</summary>
public sealed class ChurnReport
{
    private int _pods;
    private int _pulls;
    private int _restarts;

    public int Pods => _pods;

    public int Pulls => _pulls;

    public int Restarts => _restarts;

    /// <summary>Answers that a kubelet tries again after, by verb and code: "RunPodSandbox Unavailable".</summary>
    public ConcurrentDictionary<string, int> Retried { get; } = new();

    /// <summary>What must not be: an answer that no retry mends, a wrong exit code, a log line that is missing.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    /// <summary>The daemon's own use, in the order of the pods.</summary>
    public ConcurrentQueue<DaemonUse> Use { get; } = new();

    /// <summary>How long each start of the daemon took until it was ready.</summary>
    public ConcurrentQueue<TimeSpan> Starts { get; } = new();

    public int CountPod() => Interlocked.Increment(ref _pods);

    public void CountPull() => Interlocked.Increment(ref _pulls);

    public void CountRestart(TimeSpan start)
    {
        Interlocked.Increment(ref _restarts);
        Starts.Enqueue(start);
    }

    public void CountRetry(string verb, string code) => Retried.AddOrUpdate($"{verb} {code}", 1, (_, count) => count + 1);

    public IEnumerable<string> Lines()
    {
        yield return $"{Pods} pods, {Pulls} pulls, {Restarts} restarts, {Wrong.Count} wrong";
        foreach (var (answer, count) in Retried.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return $"tried again after: {answer} ({count})";
        }

        foreach (var wrong in Wrong.Take(20))
        {
            yield return $"WRONG: {wrong}";
        }

        if (!Starts.IsEmpty)
        {
            var starts = Starts.Select(start => start.TotalMilliseconds).Order().ToList();
            yield return string.Create(CultureInfo.InvariantCulture, $"ready again after ms: median {starts[starts.Count / 2]:0}, longest {starts[^1]:0}");
        }

        foreach (var use in Use)
        {
            yield return $"after {use.Pods} pods: {use.Descriptors} descriptors, {use.Threads} threads, {use.PrivateKibibytes} KiB private";
        }
    }
}

/// <param name="Pods">How many had been made by then.</param>
/// <param name="PrivateKibibytes">RssAnon of proc(5).</param>
public sealed record DaemonUse(int Pods, int Descriptors, int Threads, long PrivateKibibytes)
{
    public static DaemonUse Of(int pid, int pods)
    {
        var status = File.ReadAllLines($"/proc/{pid}/status");
        long Number(string key) => long.Parse(status.First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new DaemonUse(pods, Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length, (int)Number("Threads"), Number("RssAnon"));
    }
}
