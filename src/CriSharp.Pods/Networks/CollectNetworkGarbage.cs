using CriSharp.Cni;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Networks;

/// <summary>
/// Tells the network's plugins (CNI 1.1) which attachments there are, so that they free what belongs to none: what a daemon whose state was
/// lost has left, or a plugin that died.
/// </summary>
public sealed partial class CollectNetworkGarbage(SandboxNetwork network, PodsOptions options, ILogger<CollectNetworkGarbage> logger)
{
    private const int TriesLimit = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly InstanceFolders _folders = options.Folders;

    /// <summary>Where runtimes that use libcni keep what they attached, one file each: "NETWORK-ID-INTERFACE".</summary>
    internal string ResultsOfOthers { get; init; } = "/var/lib/cni/results";

    /// <summary>Waits for a moment without a sandbox being attached, but not for ever. Never throws: nothing depends on it.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var tries = 1; !await network.CollectGarbageAsync(ValidAttachments, cancellationToken); tries++)
            {
                if (tries == TriesLimit)
                {
                    NoMoment(logger, TriesLimit);
                    return;
                }

                await Task.Delay(Pause, options.Time, cancellationToken);
            }
        }
        catch (RuntimeException unconfigured) when (unconfigured.Kind == ErrorKind.FailedPrecondition)
        {
            NotAsked(logger, unconfigured.Message);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends.
        }
        catch (Exception failure)
        {
            Failed(logger, failure.Message);
        }
    }

    // From the disk, where an attachment is before its first plugin runs: so sandboxes in the making count, and those whose records were
    // set aside, which still run. What is owed is elsewhere, and does not count.
    private List<ValidAttachment> ValidAttachments() => [.. OwnIds().Concat(ForeignIds()).Distinct().Select(id => new ValidAttachment(id))];

    private IEnumerable<string> OwnIds() =>
    [
        .. Directory.Exists(_folders.SandboxRecords)
            ? Directory.EnumerateDirectories(_folders.SandboxRecords).Where(IsAttached).Select(folder => Path.GetFileName(folder))
            : [],
        .. new LeftAlone(_folders).Sandboxes.Where(record => IsAttached(record.Path)).Select(record => record.Id),
    ];

    /// <summary>
    /// Another instance or runtime may have pods on the same network, which GC would take from them: every id that something is mounted under
    /// elsewhere, or that others keep a result of, is taken for one of theirs.
    /// </summary>
    private IEnumerable<string> ForeignIds()
    {
        var ours = InstanceMounts.Roots(_folders);
        var mounted = MountTable.Read()
            .Where(mount => !ours.Any(root => InstanceMounts.IsAtOrBelow(mount.Target, root)))
            .SelectMany(mount => mount.Target.Split('/'));
        var attached = Directory.Exists(ResultsOfOthers)
            ? Directory.EnumerateFiles(ResultsOfOthers).SelectMany(file => Path.GetFileName(file).Split('-'))
            : [];
        return mounted.Concat(attached).Where(name => ContainerId.TryParse(name, out _));
    }

    private static bool IsAttached(string folder) => SandboxNetwork.IsAttached(Path.Combine(folder, InstanceFolders.NetworkFolder));

    [LoggerMessage(77, LogLevel.Warning, "The network's plugins could not free what belongs to no pod sandbox: {Words}")]
    private static partial void Failed(ILogger logger, string words);

    [LoggerMessage(78, LogLevel.Information, "The network's plugins were not asked to free what belongs to no pod sandbox: one was being attached at each of {Tries} tries")]
    private static partial void NoMoment(ILogger logger, int tries);

    [LoggerMessage(79, LogLevel.Debug, "The network's plugins can't be asked to free what belongs to no pod sandbox: {Words}")]
    private static partial void NotAsked(ILogger logger, string words);
}
