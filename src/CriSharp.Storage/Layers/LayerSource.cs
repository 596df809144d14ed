using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

/// <summary>A layer on its way in: where its bytes come from and what they must turn out to be.</summary>
public sealed record LayerSource
{
    /// <summary>
    /// The blob as the registry sends it; read once, to its end, and not disposed. Whoever gives it sees to it that a read doesn't hang
    /// for ever: the store waits as long as the stream does.
    /// </summary>
    public required Stream Content { get; init; }

    /// <summary>Digest and size that the blob must have.</summary>
    public required Descriptor Blob { get; init; }

    /// <summary>Digest that the uncompressed tar must have; of a file the name under which the layer is kept.</summary>
    public required DiffId DiffId { get; init; }

    /// <summary>The registry that sends it: what several want of the same one is fetched there once. Null: the bytes are on this machine.</summary>
    public string? Origin { get; init; }

    /// <summary>Null: the blob is a tar. Else it is a file, and this its path in the layer: without "..", and it begins with no "/".</summary>
    public string? FileName { get; init; }

    /// <summary>
    /// Awaited only when the layer links to a file that isn't its own: gives the layers under it, bottom first, once they are unpacked.
    /// Without it such a file must be in the layer itself.
    /// </summary>
    public Func<CancellationToken, Task<IReadOnlyList<DiffId>>>? LowersAsync { get; init; }
}
