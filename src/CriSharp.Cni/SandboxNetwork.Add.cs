using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>
    /// ADD: runs the plugins in order, each with the result of the one before. When it fails, or the caller goes, DEL is run at once;
    /// should that fail too, the attachment stays recorded for a later <see cref="DelAsync"/>.
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
        var attachment = Describe(request, network);
        AttachmentFile.Write(request.CacheDirectory, attachment);
        try
        {
            // 3. The plugins.
            var json = await WithinTotalLimitAsync($"attaching sandbox {request.ContainerId} to network {network.Name}", limited => AddAllAsync(network, attachment, limited), cancellationToken);
            var result = Understand(network, json, attachment);

            // 4. The result.
            AttachmentFile.Write(request.CacheDirectory, attachment with { Result = json });
            var isPublishing = request.PortMappings.Any(mapping => mapping.HostPort > 0);
            return result with { HostPortsUnserved = isPublishing && !network.Plugins.Any(plugin => plugin.Capabilities.Contains("portMappings")) };
        }
        catch (Exception failure)
        {
            var undoing = await TryDelAfterFailureAsync(request.CacheDirectory);
            if (undoing is null)
            {
                throw;
            }

            throw new RuntimeException(
                (failure as RuntimeException)?.Kind ?? (failure is OperationCanceledException ? ErrorKind.Cancelled : ErrorKind.Internal),
                $"{failure.Message}. Undoing it failed, too, and is left for the removal of the sandbox: {undoing.Message}",
                failure);
        }
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
        NetworkFile = network.FilePath,
        Network = network.Json,
    };

    private async Task<JsonElement> AddAllAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        JsonElement? result = null;
        foreach (var plugin in network.Plugins)
        {
            result = await RunPluginAsync(PluginVerb.Add, network, plugin, attachment, result, cancellationToken)
                ?? throw new RuntimeException(ErrorKind.Internal, $"CNI plugin {plugin.Type} of network {network.Name} gave no result at ADD for sandbox {attachment.ContainerId}");
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
                $"CNI plugin {network.Plugins[^1].Type} of network {network.Name} answered ADD for sandbox {attachment.ContainerId} with a bad result: {failure.Message}",
                failure);
        }
    }

    // On a time limit of its own: the caller's token may be what ended the ADD.
    private async Task<Exception?> TryDelAfterFailureAsync(string cacheDirectory)
    {
        try
        {
            await DelAsync(cacheDirectory, CancellationToken.None);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
