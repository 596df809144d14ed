using CriSharp.Cri.V1;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;

namespace CriSharp.Pods.Persistence;

/// <summary>sandboxes/ID/record.json: written once. Its config is the client's message in protobuf's own bytes, so that it is echoed exactly; the rest is for people.</summary>
internal sealed record SandboxRecordDocument : IRecordDocument
{
    public required int Version { get; init; }

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Uid { get; init; }

    public required uint Attempt { get; init; }

    public required string RuntimeHandler { get; init; }

    /// <summary>Null in records of earlier releases.</summary>
    public RuntimePlace? Runtime { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string BootId { get; init; }

    public required string CgroupParent { get; init; }

    public required IReadOnlyList<string> MadeCgroups { get; init; }

    /// <summary>Absent in records of daemons that knew no SELinux.</summary>
    public string? SelinuxLevel { get; init; }

    public required byte[] Config { get; init; }

    public static SandboxRecordDocument From(PodSandboxRecord record) => new()
    {
        Version = InstanceFolders.RecordVersion,
        Id = record.Id.ToString(),
        Name = record.Key.Name,
        Namespace = record.Key.Namespace,
        Uid = record.Key.Uid,
        Attempt = record.Key.Attempt,
        RuntimeHandler = record.RuntimeHandler,
        Runtime = record.Runtime,
        CreatedAt = record.CreatedAt,
        BootId = record.BootId,
        CgroupParent = record.CgroupParent,
        MadeCgroups = record.MadeCgroups,
        SelinuxLevel = record.SelinuxLevel,
        Config = record.Config.ToByteArray(),
    };

    /// <exception cref="FormatException">Not whole.</exception>
    public PodSandboxRecord ToRecord() => new()
    {
        Id = PodSandboxId.Parse(Id),
        Config = PodSandboxConfig.Parser.ParseFrom(Config),
        RuntimeHandler = RuntimeHandler,
        Runtime = Runtime,
        CreatedAt = CreatedAt,
        BootId = BootId,
        CgroupParent = CgroupParent,
        MadeCgroups = MadeCgroups,
        SelinuxLevel = SelinuxLevel,
    };
}

/// <summary>sandboxes/ID/status.json: replaced whole at each transition; its absence means that RunPodSandbox never finished.</summary>
internal sealed record SandboxStatusDocument : IRecordDocument
{
    public required int Version { get; init; }

    /// <summary>"ready" or "stopped".</summary>
    public required string State { get; init; }

    public required IReadOnlyList<string> Ips { get; init; }

    /// <summary>Null where the pod shares no PID namespace.</summary>
    public ProcessesDocument? Infra { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public bool NetworkReleased { get; init; }

    public static SandboxStatusDocument From(SandboxState state) => state switch
    {
        SandboxState.Ready ready => new()
        {
            Version = InstanceFolders.RecordVersion,
            State = "ready",
            Ips = ready.Ips,
            Infra = ready.Infra is null ? null : ProcessesDocument.From(ready.Infra),
        },
        SandboxState.Stopped stopped => new()
        {
            Version = InstanceFolders.RecordVersion,
            State = "stopped",
            Ips = stopped.Ips,
            StoppedAt = stopped.At,
            NetworkReleased = stopped.NetworkReleased,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <exception cref="FormatException">A state that this daemon doesn't know.</exception>
    public SandboxState ToState() => State switch
    {
        "ready" => new SandboxState.Ready(Ips, Infra?.ToProcesses()),
        "stopped" => new SandboxState.Stopped(StoppedAt ?? default, Ips, NetworkReleased),
        _ => throw new FormatException($"sandbox status has the unknown state \"{State}\""),
    };
}
