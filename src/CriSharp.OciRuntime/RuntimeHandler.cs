namespace CriSharp.OciRuntime;

/// <summary>One OCI runtime that pods may ask for by name.</summary>
public sealed record RuntimeHandler
{
    public required string Name { get; init; }

    /// <summary>Absolute path of the program: runc, crun or one that takes their command line.</summary>
    public required string Path { get; init; }

    /// <summary>Folder where the runtime keeps its state, given by --root; of this handler alone.</summary>
    public required string Root { get; init; }

    /// <summary>The runtime makes cgroups through systemd.</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>Further global arguments, placed before the verb.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>What comes before the verb in every call, the monitor's too.</summary>
    public IReadOnlyList<string> GlobalArguments =>
        ["--root", Root, .. SystemdCgroup ? ["--systemd-cgroup"] : Array.Empty<string>(), .. Options];
}
