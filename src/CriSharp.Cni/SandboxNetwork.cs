using System.Text.Json;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>
/// Attaches sandboxes to the node's network by CNI plugins. https://www.cni.dev/docs/spec/
/// The loopback interface is not our business here: it is up already when the namespace is pinned.
/// </summary>
public sealed partial class SandboxNetwork
{
    private readonly CniConfigStore _configurations;
    private readonly CniPlugins _plugins;
    private readonly CniLimits _limits;
    private readonly PluginRun _run;

    /// <param name="limits">Null: the defaults.</param>
    public SandboxNetwork(CniConfigStore configurations, CniPlugins plugins, CniLimits? limits = null)
    {
        (_configurations, _plugins, _limits) = (configurations, plugins, limits ?? new CniLimits());
        _run = new PluginRun(plugins, _limits);
    }

    /// <summary>What ADD gave, also before a restart.</summary>
    /// <returns>Null when the sandbox is not attached, or not wholly.</returns>
    /// <exception cref="RuntimeException">DataLoss: the record is damaged.</exception>
    public static NetworkResult? TryReadResult(string cacheDirectory)
    {
        var attachment = AttachmentFile.TryRead(cacheDirectory);
        try
        {
            return attachment?.Result is { } result ? NetworkResultParser.Parse(result, attachment.InterfaceName) : null;
        }
        catch (FormatException failure)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the network result recorded in {cacheDirectory} is damaged: {failure.Message}", failure);
        }
    }

    /// <summary>Ends by: the caller's token, or the time limit of the whole verb.</summary>
    private async Task<T> WithinTotalLimitAsync<T>(string what, Func<CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limits.Total);
        try
        {
            return await body(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"{what} took longer than {_limits.Total.TotalSeconds:0.###} s: the plugin running then was killed");
        }
    }

    private Task<JsonElement?> RunPluginAsync(
        PluginVerb verb, NetworkConfiguration network, PluginConfiguration plugin, Attachment attachment, JsonElement? previousResult, CancellationToken cancellationToken) =>
        _run.RunAsync(
            verb,
            network.Name,
            plugin.Type,
            [
                $"CNI_CONTAINERID={attachment.ContainerId}",
                // DEL may come when the namespace has gone with a reboot; plugins then free what is not in it.
                $"CNI_NETNS={(verb != PluginVerb.Del || new NetworkNamespace(attachment.NetNsPath).Exists ? attachment.NetNsPath : string.Empty)}",
                $"CNI_IFNAME={attachment.InterfaceName}",
                $"CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE={attachment.PodNamespace};K8S_POD_NAME={attachment.PodName};"
                    + $"K8S_POD_INFRA_CONTAINER_ID={attachment.ContainerId};K8S_POD_UID={attachment.PodUid}",
            ],
            PluginInput.For(network, plugin, attachment.PortMappings, previousResult),
            cancellationToken);
}
