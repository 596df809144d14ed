using CriSharp.Benchmarks.Measures;
using CriSharp.Benchmarks.Peers;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks;

/// <summary>What is measured, and what it is measured against: runtimes over the CRI, and a folder for the bare programs.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly LocalRegistry? _registry;
    private readonly DaemonInstance? _daemon;

    private Bench(IReadOnlyList<Target> targets, BareBundles bundles, LocalRegistry? registry, DaemonInstance? daemon) =>
        (Targets, Bundles, _registry, _daemon) = (targets, bundles, registry, daemon);

    public IReadOnlyList<Target> Targets { get; }

    public BareBundles Bundles { get; }

    /// <summary>The instance that is ours; null where endpoints were given.</summary>
    public DaemonInstance? Daemon => _daemon;

    public ResultTable Results { get; } = new();

    /// <param name="endpoints">NAME=SOCKET.</param>
    public static async Task<Bench> OpenAsync(IReadOnlyList<string> endpoints, string? image)
    {
        var bundles = await BareBundles.OpenAsync();
        if (endpoints.Count > 0)
        {
            var name = image ?? throw new ArgumentException("--endpoint needs --image: the runtimes must be able to pull it");
            var targets = await Task.WhenAll(endpoints.Select(endpoint => Target.OpenAsync(endpoint, name, bundles.Folder)));
            return new Bench(targets, bundles, null, null);
        }

        var registry = await LocalRegistry.StartAsync();
        var reference = image ?? await registry.PushBusyboxAsync();
        var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        return new Bench([await Target.OpenAsync($"crisharp={daemon.Socket}", reference, daemon.PodLogs)], bundles, registry, daemon);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in Targets)
        {
            await target.DisposeAsync();
        }

        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        await Bundles.DisposeAsync();
    }
}
