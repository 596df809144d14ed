namespace CriSharp.Images.Pulling;

/// <summary>A pull under way as the admin socket shows it: one moment's picture.</summary>
public sealed record PullProgress
{
    public required string Reference { get; init; }

    public required int LayersDone { get; init; }

    /// <summary>0 until the manifest is known.</summary>
    public required int LayersTotal { get; init; }

    /// <summary>Compressed bytes, those of layers that were here already included.</summary>
    public required long BytesDone { get; init; }

    public required long BytesTotal { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Bottom first, each layer once; empty until the manifest is known.</summary>
    public required IReadOnlyList<LayerProgress> Layers { get; init; }
}
