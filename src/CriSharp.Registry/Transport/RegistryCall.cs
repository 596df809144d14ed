namespace CriSharp.Registry.Transport;

/// <summary>One thing to ask of a registry.</summary>
internal sealed record RegistryCall
{
    public required HttpMethod Method { get; init; }

    /// <summary>Below "/v2/REPOSITORY/": "manifests/latest".</summary>
    public required string Path { get; init; }

    /// <summary>In words, for errors: "layer sha256:... of example.org/a/b".</summary>
    public required string What { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>More than 0: the rest of a body of which that many bytes are here.</summary>
    public long FromByte { get; init; }
}
