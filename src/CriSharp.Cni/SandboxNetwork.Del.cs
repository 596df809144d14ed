using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>
    /// DEL: runs the plugins of the recorded attachment in reverse order and forgets it. One that fails does not keep the others from
    /// running; the attachment then stays recorded, and DEL can be tried again. Not attached: fine.
    /// </summary>
    /// <exception cref="RuntimeException">At least one plugin failed, each with its own words.</exception>
    public async Task DelAsync(string cacheDirectory, CancellationToken cancellationToken)
    {
        if (AttachmentFile.TryRead(cacheDirectory) is not { } attachment)
        {
            return;
        }

        var network = RecordedNetwork(attachment);
        var failures = await DelAllAsync(network, attachment, cancellationToken);
        if (failures.Count > 0)
        {
            throw new RuntimeException(
                failures[0].Kind, $"sandbox {attachment.ContainerId} could not be detached: {string.Join("; ", failures.Select(failure => failure.Message))}", failures[0]);
        }

        AttachmentFile.Remove(cacheDirectory);
    }

    private static NetworkConfiguration RecordedNetwork(Attachment attachment)
    {
        try
        {
            return NetworkConfigurationParser.FromJson(attachment.NetworkFile, attachment.Network);
        }
        catch (FormatException failure)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the network recorded for sandbox {attachment.ContainerId} {failure.Message}", failure);
        }
    }

    private async Task<List<RuntimeException>> DelAllAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        var limit = new VerbLimit(_limits.Total);
        var failures = new List<RuntimeException>();
        foreach (var plugin in network.Plugins.Reverse())
        {
            try
            {
                await RunPluginAsync(PluginVerb.Del, network, plugin, attachment, network.CniVersion.HasCheck ? attachment.Result : null, limit, cancellationToken);
            }
            catch (RuntimeException failure)
            {
                failures.Add(failure);
            }
        }

        return failures;
    }
}
