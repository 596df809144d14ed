namespace CriSharp.Admin;

/// <summary>The pulls under way; a pull that has ended is not listed any more.</summary>
public sealed record PullsDocument
{
    public required IReadOnlyList<PullDocument> Pulls { get; init; }
}

/// <summary>How far one pull is.</summary>
public sealed record PullDocument
{
    /// <summary>The normalised reference: "docker.io/library/busybox:latest".</summary>
    public required string Reference { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Layers unpacked or found on disk.</summary>
    public required int LayersDone { get; init; }

    /// <summary>0 until the manifest is known.</summary>
    public required int LayersTotal { get; init; }

    /// <summary>Compressed bytes received, without layers that were there already.</summary>
    public required long BytesDone { get; init; }

    /// <summary>Compressed bytes to receive; 0 until the manifest is known.</summary>
    public required long BytesTotal { get; init; }
}
