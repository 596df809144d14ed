using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

/// <summary>A layer as a blob: made of its files, so its digest is seldom that of the tar that it came as. The same files always give the same.</summary>
/// <param name="Digest">Of the blob, which is not compressed: of a tar it is the DiffID, too.</param>
/// <param name="Skipped">What the blob can't hold, in words.</param>
public sealed record PackedLayer(Digest Digest, long SizeBytes, IReadOnlyList<string> Skipped);
