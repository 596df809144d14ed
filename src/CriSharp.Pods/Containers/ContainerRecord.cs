using System.Collections.ObjectModel;
using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Containers;

/// <summary>What never changes of a container. Durable before anything of the container is made, so that a crash finds what to undo.</summary>
public sealed record ContainerRecord
{
    public required ContainerId Id { get; init; }

    public required PodSandboxId SandboxId { get; init; }

    /// <summary>As the client sent it, byte for byte; never changed.</summary>
    public required ContainerConfig Config { get; init; }

    /// <summary>Id of the image, the same string that PullImage answered.</summary>
    public required string ImageId { get; init; }

    /// <summary>Ids of the images that it has as volumes, by the names that its mounts give them.</summary>
    public IReadOnlyDictionary<string, string> VolumeImageIds { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The OCI runtime that made it: every later verb goes to the same one.</summary>
    public required string RuntimeHandler { get; init; }

    /// <summary>The runtime that the handler meant when it was made; null in records of earlier releases.</summary>
    public RuntimePlace? Runtime { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string BootId { get; init; }

    /// <summary>Absolute path of the log file; empty where the client asked for no log.</summary>
    public required string LogPath { get; init; }

    /// <summary>
    /// The pod's folder of logs as its client named it, where links are the administrator's; below it they may be a container's. Empty without a log.
    /// </summary>
    internal string LogDirectory => LogPath.EndsWith('/' + Config.LogPath, StringComparison.Ordinal) ? LogPath[..^Config.LogPath.Length] : Path.GetDirectoryName(LogPath) ?? "";

    /// <summary>The signal that asks it to end, as the kernel numbers it.</summary>
    public required int StopSignal { get; init; }

    /// <summary>Effective ids of its first process.</summary>
    public required ContainerIdentity User { get; init; }

    /// <summary>It sees processes that are not its own, and they don't die with its first one.</summary>
    internal bool SharesProcesses => Config.Linux?.SecurityContext?.NamespaceOptions is not { Pid: NamespaceMode.Container };

    public ContainerKey Key => ContainerKey.Of(SandboxId, Config.Metadata);
}

/// <summary>Numeric ids that a process runs with; the primary group comes first among the supplemental ones.</summary>
public sealed record ContainerIdentity(long Uid, long Gid, IReadOnlyList<long> SupplementalGroups);
