using CriSharp.Oci;

namespace CriSharp.Images;

/// <summary>One image, or OCI artifact, that is complete on this machine, as the kubelet sees it. Immutable: a tag that moves makes new records.</summary>
public sealed record ImageRecord
{
    /// <summary>"sha256:" and the digest of the config document in hex, of an artifact that of the manifest: what Image.id and PullImageResponse.image_ref say.</summary>
    public required string Id { get; init; }

    /// <summary>"docker.io/library/busybox:latest"; empty for an image that was pulled by digest or lost its tags to a newer one.</summary>
    public required IReadOnlyList<string> RepoTags { get; init; }

    /// <summary>"docker.io/library/busybox@sha256:...": the digest that the reference resolved to, an index's where there is one.</summary>
    public required IReadOnlyList<string> RepoDigests { get; init; }

    /// <summary>Bottom first, as the config document lists them: the same layer may come twice.</summary>
    public required IReadOnlyList<DiffId> Layers { get; init; }

    /// <summary>Bytes of the unpacked layers, each counted once.</summary>
    public required long SizeBytes { get; init; }

    public required Platform Platform { get; init; }

    public required ImageConfig Config { get; init; }

    /// <summary>Null: an image. Else an artifact of this type, whose files can be mounted, but not run.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Digests of the small documents (manifest, config, signatures) in the content store.</summary>
    public required IReadOnlyList<Digest> Documents { get; init; }

    /// <summary>The names under which it was pulled; a tag that has moved to another image since is still among them.</summary>
    public IReadOnlyList<PulledName> PulledNames { get; init; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    public required DateTimeOffset PulledAt { get; init; }
}
