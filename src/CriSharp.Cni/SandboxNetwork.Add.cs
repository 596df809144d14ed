using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>
    /// ADD: runs the plugins in order, each with the result of the one before. When it fails, or the caller goes, what was begun stays
    /// recorded: a <see cref="DelAsync"/> must follow.
    /// </summary>
    /// <exception cref="RuntimeException">InvalidArgument: the request; FailedPrecondition: no valid configuration, no plugin, or attached
    /// already; DeadlineExceeded; Unavailable: a plugin asks to try again; Internal: a plugin failed. The plugin's own words are in the message.</exception>
    public async Task<NetworkResult> AddAsync(CniRequest request, CancellationToken cancellationToken)
    {
        // 1. All that can be known to be wrong before anything is done.
        CniNames.Validate(request);
        var network = _configurations.Load();
        foreach (var plugin in network.Plugins)
        {
            _plugins.Find(plugin.Type);
        }

        if (AttachmentFile.TryRead(request.CacheDirectory) is { } existing)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"sandbox {existing.ContainerId} is attached to a network already ({request.CacheDirectory})");
        }

        // 2. The intention, durable, so that also a daemon that dies in the next step can clean up.
        using var adding = await _gate.EnterAsync(cancellationToken);
        var attachment = Describe(request, network);
        AttachmentFile.Write(request.CacheDirectory, attachment);

        // 3. The plugins.
        var json = await AddAllAsync(network, attachment, cancellationToken);
        var result = Understand(network, json, attachment);

        // 4. The result.
        AttachmentFile.Write(request.CacheDirectory, attachment with { Result = json });
        var isPublishing = request.PortMappings.Any(mapping => mapping.HostPort > 0);
        return result with { HostPortsUnserved = isPublishing && !network.Plugins.Any(plugin => plugin.Capabilities.Contains("portMappings")) };
    }

    private static Attachment Describe(CniRequest request, NetworkConfiguration network) => new()
    {
        ContainerId = request.ContainerId,
        NetNsPath = request.NetNsPath,
        InterfaceName = request.InterfaceName,
        PodName = request.PodName,
        PodNamespace = request.PodNamespace,
        PodUid = request.PodUid,
        PortMappings = [.. request.PortMappings.Where(mapping => mapping.HostPort > 0)],
        Capabilities = Cni.Capabilities.Of(request, network) is { Count: > 0 } capabilities ? capabilities : null,
        NetworkFile = network.FilePath,
        Network = network.Json,
    };

    private async Task<JsonElement> AddAllAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        var limit = new VerbLimit(_limits.Total);
        JsonElement? result = null;
        foreach (var plugin in network.Plugins)
        {
            result = await RunPluginAsync(PluginVerb.Add, network, plugin, attachment, result, limit, cancellationToken)
                ?? throw new RuntimeException(ErrorKind.Internal, $"CNI plugin {plugin.Type} of network {network.Name} gave no result at ADD for {attachment.Pod}");
        }

        return result!.Value;
    }

    private static NetworkResult Understand(NetworkConfiguration network, JsonElement json, Attachment attachment)
    {
        try
        {
            return NetworkResultParser.Parse(json, attachment.InterfaceName);
        }
        catch (FormatException failure)
        {
            throw new RuntimeException(
                ErrorKind.Internal,
                $"CNI plugin {network.Plugins[^1].Type} of network {network.Name} answered ADD for {attachment.Pod} with a bad result: {failure.Message}",
                failure);
        }
    }
}
