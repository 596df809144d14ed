using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>CHECK: asks the plugins, in order, whether the attachment is still as they made it. Networks older than 0.4.0, or with disableCheck, aren't asked.</summary>
    /// <exception cref="RuntimeException">NotFound: not attached; else the words of the first plugin that misses something.</exception>
    public async Task CheckAsync(string cacheDirectory, CancellationToken cancellationToken)
    {
        if (AttachmentFile.TryRead(cacheDirectory) is not { Result: { } result } attachment)
        {
            throw new RuntimeException(ErrorKind.NotFound, $"no network attachment is recorded in {cacheDirectory}");
        }

        var network = RecordedNetwork(attachment);
        if (!network.CniVersion.HasCheck || network.DisableCheck)
        {
            return;
        }

        var limit = new VerbLimit(_limits.Total);
        foreach (var plugin in network.Plugins)
        {
            await RunPluginAsync(PluginVerb.Check, network, plugin, attachment, result, limit, cancellationToken);
        }
    }
}
