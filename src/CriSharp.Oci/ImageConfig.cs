namespace CriSharp.Oci;

/// <summary>
/// How an image wants to be run: the "config" part of its config document. Hostile input like everything from an image.
/// https://github.com/opencontainers/image-spec/blob/main/config.md
/// </summary>
public sealed record ImageConfig
{
    public static readonly ImageConfig Empty = new();

    /// <summary>"user", "uid", "user:group", "uid:gid", or empty.</summary>
    public string User { get; init; } = "";

    /// <summary>"KEY=value" each.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Cmd { get; init; } = [];

    public string WorkingDir { get; init; } = "";

    /// <summary>"SIGTERM", "15", "RTMIN+3", or empty.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>Paths in the container.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
