using CriSharp.Oci;

namespace CriSharp.Images;

/// <summary>A name under which an image was pulled, and what spoke for it then: enough to ask again, without the registry, whether it may be used.</summary>
/// <param name="Name">By tag, or by digest where the caller gave one.</param>
/// <param name="Resolved">What the name stood for: an index, where there was one.</param>
/// <param name="Instance">The manifest for this machine.</param>
/// <param name="Signatures">Documents in the content store; empty where none was asked for.</param>
public sealed record PulledName(ImageReference Name, Digest Resolved, Digest Instance, IReadOnlyList<Digest> Signatures);
