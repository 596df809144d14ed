using CriSharp.Oci;

namespace CriSharp.Registry.Manifests;

/// <summary>What a name stands for at the registry just now.</summary>
/// <param name="MediaType">Null where the registry did not say.</param>
public sealed record ResolvedManifest(Digest Digest, string? MediaType);

/// <summary>A manifest or an index whose bytes have the digest that was asked for.</summary>
/// <param name="MediaType">One of the manifest and index types of <see cref="MediaTypes"/>.</param>
public sealed record ManifestDocument(Digest Digest, string MediaType, ReadOnlyMemory<byte> Content);
