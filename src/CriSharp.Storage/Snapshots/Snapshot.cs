using CriSharp.Oci;

namespace CriSharp.Storage.Snapshots;

/// <summary>A container's own file tree: a writable folder over an image's layers. Nothing is mounted by having one.</summary>
public sealed record Snapshot
{
    public required string Id { get; init; }

    /// <summary>The image's layers, bottom first, as they were given.</summary>
    public required IReadOnlyList<DiffId> Layers { get; init; }

    /// <summary>Folders under the writable one, topmost first, as overlayfs takes them.</summary>
    public required IReadOnlyList<string> LowerPaths { get; init; }

    /// <summary>What the container has written.</summary>
    public required string UpperPath { get; init; }

    /// <summary>overlayfs' own folder.</summary>
    public required string WorkPath { get; init; }
}

/// <summary>The record as it lies on disk.</summary>
internal sealed record SnapshotDocument
{
    public const int CurrentVersion = 2;

    public required int Version { get; init; }

    public required IReadOnlyList<string> Layers { get; init; }
}
