using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>
    /// GC (CNI 1.1): tells the plugins which attachments exist, so that they free what belongs to none. Older networks aren't asked.
    /// One plugin that fails does not keep the others from being asked. Sandboxes are attached only before or afterwards.
    /// </summary>
    /// <param name="valid">Called while nobody attaches: every attachment that must stay.</param>
    /// <returns>False: a sandbox is being attached just now, and nothing was done.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: no valid configuration; else the words of the plugins that failed.</exception>
    public async Task<bool> CollectGarbageAsync(Func<IReadOnlyList<ValidAttachment>> valid, CancellationToken cancellationToken)
    {
        var network = _configurations.Load();
        if (!network.CniVersion.HasStatusAndGc || network.DisableGc)
        {
            return true;
        }

        using var collecting = _gate.TryCollect();
        if (collecting is null)
        {
            return false;
        }

        var attachments = valid();
        var limit = new VerbLimit(_limits.Garbage);
        var failures = new List<RuntimeException>();
        foreach (var plugin in network.Plugins)
        {
            try
            {
                await _run.RunAsync(
                    new PluginCall(PluginVerb.Gc, network.Name, plugin.Type, null), [], PluginInput.For(network, plugin, null, null, attachments), limit, cancellationToken);
            }
            catch (RuntimeException failure)
            {
                failures.Add(failure);
            }
        }

        return failures.Count == 0 ? true : throw new RuntimeException(failures[0].Kind, string.Join("; ", failures.Select(failure => failure.Message)), failures[0]);
    }
}
