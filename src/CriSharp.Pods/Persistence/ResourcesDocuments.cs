using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;

namespace CriSharp.Pods.Persistence;

/// <summary>containers/ID/resources.json; before the first update the record's config tells the limits.</summary>
internal sealed record ContainerResourcesDocument : IRecordDocument
{
    public required int Version { get; init; }

    /// <summary>The limits in force, as the CRI's message.</summary>
    public required byte[] Linux { get; init; }

    /// <summary>Only while an update is under way: what the OCI runtime is told to put back the limits in force.</summary>
    public byte[]? Undo { get; init; }

    public static ContainerResourcesDocument From(ContainerLimits limits) =>
        new() { Version = InstanceFolders.RecordVersion, Linux = limits.InForce.ToByteArray(), Undo = limits.Undo };

    /// <exception cref="InvalidProtocolBufferException">Not whole.</exception>
    public ContainerLimits ToLimits() => new(LinuxContainerResources.Parser.ParseFrom(Linux), Undo);
}

/// <summary>sandboxes/ID/resources.json; before the first update the record's config tells them.</summary>
internal sealed record SandboxResourcesDocument : IRecordDocument
{
    public required int Version { get; init; }

    public byte[]? Overhead { get; init; }

    public byte[]? Resources { get; init; }

    public static SandboxResourcesDocument From(PodResources resources) => new()
    {
        Version = InstanceFolders.RecordVersion,
        Overhead = resources.Overhead?.ToByteArray(),
        Resources = resources.Resources?.ToByteArray(),
    };

    /// <exception cref="InvalidProtocolBufferException">Not whole.</exception>
    public PodResources ToResources() => new(Parse(Overhead), Parse(Resources));

    private static LinuxContainerResources? Parse(byte[]? message) => message is null ? null : LinuxContainerResources.Parser.ParseFrom(message);
}
