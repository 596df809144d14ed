using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.TestSupport.Churn;

/// <summary>A churn on a daemon and a registry of its own, and what it leaves behind.</summary>
public static class ChurnRun
{
    private const int BesideBytes = 4 << 20;

    /// <returns>The report, and what is on the machine afterwards that was not there before: nothing, when all is well.</returns>
    public static async Task<(ChurnReport Report, IReadOnlyList<string> Left)> RunAsync(ChurnOptions options)
    {
        await using var registry = await LocalRegistry.StartAsync();
        var name = await registry.PushBusyboxAsync();
        var beside = await registry.PushWithSkopeoAsync(new TestImage().Add(TestLayer.OfRandomBytes("data", BesideBytes, seed: 1)), "beside", "1");
        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        var id = await daemon.Client.PullAsync(name);

        // The first pod makes what stays for good: the bridge, the address plugin's own files, folders of the daemon.
        var first = new PodLife(daemon, new PatientClient(daemon, new ChurnReport(), CancellationToken.None), new ChurnReport(), id);
        await first.RunAsync(0);

        var before = daemon.Snapshot();
        var report = await new PodChurn(daemon, name, id, beside, options).RunAsync();
        await daemon.Client.RemoveImageAsync(beside);
        foreach (var address in daemon.Network.Leases)
        {
            report.Wrong.Enqueue($"the address {address} is still taken");
        }

        return (report, await daemon.DifferencesAsync(before));
    }
}
