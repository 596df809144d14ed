using System.Text.Json;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>
/// Attaches sandboxes to the node's network by CNI plugins. https://www.cni.dev/docs/spec/
/// The loopback interface is not our business here: it is up already when the namespace is pinned.
/// </summary>
public sealed partial class SandboxNetwork : IAsyncDisposable
{
    private readonly CniConfigStore _configurations;
    private readonly CniPlugins _plugins;
    private readonly CniLimits _limits;
    private readonly PluginRun _run;
    private readonly StatusAnswers _statusAnswers;
    private readonly AttachGate _gate = new();

    /// <param name="limits">Null: the defaults.</param>
    /// <param name="instance">A name that a later daemon on the same state has too, and no other: plugins that an earlier one left running are found by it.</param>
    public SandboxNetwork(CniConfigStore configurations, CniPlugins plugins, CniLimits? limits = null, string instance = "")
    {
        (_configurations, _plugins, _limits) = (configurations, plugins, limits ?? new CniLimits());
        _run = new PluginRun(plugins, _limits, instance);
        _statusAnswers = new StatusAnswers(_run, _limits);
    }

    /// <summary>Whether something is recorded that <see cref="DelAsync"/> has to undo, be it half made.</summary>
    public static bool IsAttached(string cacheDirectory) => AttachmentFile.Exists(cacheDirectory);

    /// <summary>Whose attachment is recorded.</summary>
    /// <returns>Null when the sandbox is not attached.</returns>
    /// <exception cref="RuntimeException">DataLoss: the record is damaged.</exception>
    public static AttachedPod? TryReadPod(string cacheDirectory) =>
        AttachmentFile.TryRead(cacheDirectory) is { } attachment ? new AttachedPod(attachment.PodNamespace, attachment.PodName) : null;

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

    /// <summary>Kills the plugins that run: what they were to do is recorded, and undone by a later <see cref="DelAsync"/>.</summary>
    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private Task<JsonElement?> RunPluginAsync(
        PluginVerb verb, NetworkConfiguration network, PluginConfiguration plugin, Attachment attachment, JsonElement? previousResult, VerbLimit limit, CancellationToken cancellationToken) =>
        _run.RunAsync(
            new PluginCall(verb, network.Name, plugin.Type, attachment),
            [
                $"CNI_CONTAINERID={attachment.ContainerId}",
                // DEL may come when the namespace has gone with a reboot; plugins then free what is not in it.
                $"CNI_NETNS={(verb != PluginVerb.Del || new NetworkNamespace(attachment.NetNsPath).Exists ? attachment.NetNsPath : string.Empty)}",
                $"CNI_IFNAME={attachment.InterfaceName}",
                $"CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE={attachment.PodNamespace};K8S_POD_NAME={attachment.PodName};"
                    + $"K8S_POD_INFRA_CONTAINER_ID={attachment.ContainerId};K8S_POD_UID={attachment.PodUid}",
            ],
            PluginInput.For(network, plugin, attachment, previousResult),
            limit,
            cancellationToken);
}
