using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    private const string NotReady = "NetworkPluginNotReady";

    /// <summary>
    /// Is there a valid configuration, are its plugins there, and (CNI 1.1) do they say that they can serve? Answers within
    /// <see cref="CniLimits.StatusPatience"/>, whatever a plugin does, and never throws for a network that is not ready.
    /// </summary>
    public async Task<NetworkStatus> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            var network = _configurations.Load(out var problems);
            foreach (var plugin in network.Plugins)
            {
                _plugins.Find(plugin.Type);
            }

            if (network.CniVersion.HasStatusAndGc && await _statusAnswers.RefusalAsync(network, cancellationToken) is { } refusal)
            {
                return new NetworkStatus(false, NotReady, refusal);
            }

            var passedOver = problems.Count == 0 ? string.Empty : $"; passed over: {string.Join("; ", problems)}";
            return new NetworkStatus(true, string.Empty, $"network {network.Name} of {network.FilePath}{passedOver}");
        }
        catch (RuntimeException failure)
        {
            return new NetworkStatus(false, NotReady, failure.Message);
        }
    }
}
