using CriSharp.Oci;

namespace CriSharp.Images.Loading;

/// <summary>One image that an archive holds.</summary>
/// <param name="Manifest">Its manifest, or an index of them.</param>
/// <param name="Names">By tag; empty where the archive tells none.</param>
internal sealed record ArchiveImage(Descriptor Manifest, IReadOnlyList<ImageReference> Names);
