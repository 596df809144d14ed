using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    private const string NotReady = "NetworkPluginNotReady";

    /// <summary>Is there a valid configuration, are its plugins there, and (CNI 1.1) do they say that they can serve? Never throws for a network that is not ready.</summary>
    public async Task<NetworkStatus> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            var network = _configurations.Load(out var problems);
            foreach (var plugin in network.Plugins)
            {
                _plugins.Find(plugin.Type);
            }

            if (network.CniVersion.HasStatusAndGc)
            {
                await WithinTotalLimitAsync($"asking network {network.Name} for its status", limited => RunOnNetworkAsync(PluginVerb.Status, network, null, limited), cancellationToken);
            }

            var passedOver = problems.Count == 0 ? string.Empty : $"; passed over: {string.Join("; ", problems)}";
            return new NetworkStatus(true, string.Empty, $"network {network.Name} of {network.FilePath}{passedOver}");
        }
        catch (RuntimeException failure)
        {
            return new NetworkStatus(false, NotReady, failure.Message);
        }
    }

    /// <summary>GC (CNI 1.1): tells the plugins which attachments exist, so that they free what belongs to none. Older networks aren't asked.</summary>
    /// <exception cref="RuntimeException">A plugin failed.</exception>
    public async Task CollectGarbageAsync(IReadOnlyList<ValidAttachment> valid, CancellationToken cancellationToken)
    {
        var network = _configurations.Load();
        if (network.CniVersion.HasStatusAndGc && !network.DisableGc)
        {
            await WithinTotalLimitAsync($"collecting garbage of network {network.Name}", limited => RunOnNetworkAsync(PluginVerb.Gc, network, valid, limited), cancellationToken);
        }
    }

    private async Task<bool> RunOnNetworkAsync(PluginVerb verb, NetworkConfiguration network, IReadOnlyList<ValidAttachment>? valid, CancellationToken cancellationToken)
    {
        foreach (var plugin in network.Plugins)
        {
            await _run.RunAsync(verb, network.Name, plugin.Type, [], PluginInput.For(network, plugin, [], null, valid), cancellationToken);
        }

        return true;
    }
}
