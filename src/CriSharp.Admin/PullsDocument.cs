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

    /// <summary>Bottom first, each layer once; empty until the manifest is known, and from releases before it was told.</summary>
    public IReadOnlyList<LayerDocument> Layers { get; init; } = [];
}

/// <summary>How far one layer of a pull is.</summary>
public sealed record LayerDocument
{
    /// <summary>Of its blob.</summary>
    public required string Digest { get; init; }

    public required LayerState State { get; init; }

    /// <summary>Compressed bytes received; all of them where the layer is on the machine.</summary>
    public required long BytesDone { get; init; }

    public required long BytesTotal { get; init; }
}

public enum LayerState
{
    /// <summary>No byte has come yet: others are first, or another pull fetches it.</summary>
    Waiting,

    /// <summary>It comes, and is unpacked as it comes.</summary>
    Downloading,

    /// <summary>All has come; what is left is unpacking.</summary>
    Unpacking,

    /// <summary>It was on the machine already, or another pull brought it.</summary>
    Present,

    Done,
}
