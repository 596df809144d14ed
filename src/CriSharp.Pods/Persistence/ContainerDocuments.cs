using System.Collections.ObjectModel;
using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Persistence;

/// <summary>containers/ID/record.json: written once. Its config is the client's message in protobuf's own bytes, so that it is echoed exactly; the rest is for people.</summary>
internal sealed record ContainerRecordDocument : IRecordDocument
{
    public required int Version { get; init; }

    public required string Id { get; init; }

    public required string SandboxId { get; init; }

    public required string Name { get; init; }

    public required uint Attempt { get; init; }

    public required string ImageId { get; init; }

    public required string RuntimeHandler { get; init; }

    /// <summary>Null in records of earlier releases.</summary>
    public RuntimePlace? Runtime { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string BootId { get; init; }

    public required string LogPath { get; init; }

    public required int StopSignal { get; init; }

    public required long Uid { get; init; }

    public required long Gid { get; init; }

    public required IReadOnlyList<long> SupplementalGroups { get; init; }

    public required byte[] Config { get; init; }

    /// <summary>Absent where no volume is an image.</summary>
    public IReadOnlyDictionary<string, string>? VolumeImageIds { get; init; }

    public static ContainerRecordDocument From(ContainerRecord record) => new()
    {
        Version = InstanceFolders.RecordVersion,
        Id = record.Id.ToString(),
        SandboxId = record.SandboxId.ToString(),
        Name = record.Key.Name,
        Attempt = record.Key.Attempt,
        ImageId = record.ImageId,
        RuntimeHandler = record.RuntimeHandler,
        Runtime = record.Runtime,
        CreatedAt = record.CreatedAt,
        BootId = record.BootId,
        LogPath = record.LogPath,
        StopSignal = record.StopSignal,
        Uid = record.User.Uid,
        Gid = record.User.Gid,
        SupplementalGroups = record.User.SupplementalGroups,
        Config = record.Config.ToByteArray(),
        VolumeImageIds = record.VolumeImageIds.Count > 0 ? record.VolumeImageIds : null,
    };

    /// <exception cref="FormatException">Not whole.</exception>
    public ContainerRecord ToRecord() => new()
    {
        Id = ContainerId.Parse(Id),
        SandboxId = PodSandboxId.Parse(SandboxId),
        Config = ContainerConfig.Parser.ParseFrom(Config),
        ImageId = ImageId,
        RuntimeHandler = RuntimeHandler,
        Runtime = Runtime,
        CreatedAt = CreatedAt,
        BootId = BootId,
        LogPath = LogPath,
        StopSignal = StopSignal,
        User = new ContainerIdentity(Uid, Gid, SupplementalGroups),
        VolumeImageIds = VolumeImageIds ?? ReadOnlyDictionary<string, string>.Empty,
    };
}

/// <summary>
/// containers/ID/status.json: replaced whole at each transition of ours; its absence means that CreateContainer never finished.
/// A process's end is in the monitor's exit record beside it, durable without the daemon.
/// </summary>
internal sealed record ContainerStatusDocument : IRecordDocument
{
    public required int Version { get; init; }

    /// <summary>"created", "running", "exited" or "unknown".</summary>
    public required string State { get; init; }

    public ProcessesDocument? Processes { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int? ExitCode { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public static ContainerStatusDocument From(ContainerState state)
    {
        var document = new ContainerStatusDocument { Version = InstanceFolders.RecordVersion, State = "" };
        return state switch
        {
            ContainerState.Created created => document with
            {
                State = "created",
                Processes = ProcessesDocument.From(created.Processes),
            },
            ContainerState.Running running => document with
            {
                State = "running",
                Processes = ProcessesDocument.From(running.Processes),
                StartedAt = running.StartedAt,
            },
            ContainerState.Exited exited => document with
            {
                State = "exited",
                StartedAt = exited.StartedAt,
                FinishedAt = exited.End.FinishedAt,
                ExitCode = exited.End.Code,
                Reason = exited.End.Reason,
                Message = exited.End.Message,
            },
            ContainerState.Unknown unknown => document with { State = "unknown", StartedAt = unknown.StartedAt, Reason = unknown.Reason },
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
    }

    /// <exception cref="FormatException">A state that this daemon doesn't know, or a fact of it is missing.</exception>
    public ContainerState ToState() => this switch
    {
        { State: "created", Processes: { } processes } => new ContainerState.Created(processes.ToProcesses()),
        { State: "running", Processes: { } processes, StartedAt: { } at } => new ContainerState.Running(processes.ToProcesses(), at),
        { State: "exited", ExitCode: { } code, FinishedAt: { } at } =>
            new ContainerState.Exited(StartedAt, new ContainerEnd(code, Reason ?? ContainerEnd.Error, Message ?? "", at)),
        { State: "unknown" } => new ContainerState.Unknown(StartedAt, Reason ?? ""),
        _ => throw new FormatException($"container status has the unknown or incomplete state \"{State}\""),
    };
}
