using CriSharp.Cni;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Checks;

/// <summary>A CNI network is configured, and its plugins are there.</summary>
internal sealed class NetworkCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) => Task.FromResult(Run(options));

    private static IReadOnlyList<CheckFinding> Run(DaemonOptions options)
    {
        try
        {
            var network = new CniConfigStore(options.CniConfigDirectory, options.CniDefaultNetwork).Load(out var problems);
            var plugins = new CniPlugins(options.CniPluginDirectories);
            var missing = network.Plugins.Select(plugin => plugin.Type).Distinct().Where(type => plugins.TryFind(type) is null).ToList();
            return
            [
                CheckFinding.Ok("network", $"{network.Name}, from {network.FilePath}"),
                .. problems.Select(problem => CheckFinding.Warning("network", $"passed over: {problem}")),
                missing.Count == 0
                    ? CheckFinding.Ok("network plugins", string.Join(", ", network.Plugins.Select(plugin => plugin.Type).Distinct()))
                    : CheckFinding.Error("network plugins", $"{string.Join(", ", missing)}: in none of {string.Join(", ", options.CniPluginDirectories)}"),
            ];
        }
        catch (RuntimeException none)
        {
            // Network agents bring theirs as pods on the host's network: a node starts without.
            return [CheckFinding.Warning("network", $"{none.Message}. Until then the node is not ready, and only pods on the host's network run")];
        }
    }
}
