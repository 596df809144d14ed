namespace CriSharp.Registry.Credentials;

/// <summary>Where credentials that no caller gives are looked for.</summary>
public sealed record CredentialOptions
{
    /// <summary>Holds NAMESPACE-SHA256.json for one pull each, the hash of the repository's name; null: no such files.</summary>
    public string? NamespacedFolder { get; init; }

    /// <summary>Auth files in the order in which they are asked; none of them need be there.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>How many entries a file has, and which helpers it names; nothing of what is in them.</summary>
    /// <exception cref="CriSharp.Primitives.RuntimeException">FailedPrecondition: the file can't be used.</exception>
    public static string Describe(string file) => AuthFile.Read(file)?.ToString() ?? $"{file} is not there";

    /// <summary>The places where podman, skopeo and docker keep what their users log in with.</summary>
    /// <param name="variable">A variable of the environment; null: not set.</param>
    public static IReadOnlyList<string> StandardFiles(Func<string, string?> variable)
    {
        var home = Value("HOME") ?? "/root";
        string?[] files =
        [
            Value("REGISTRY_AUTH_FILE"),
            Value("XDG_RUNTIME_DIR") is { } runtime ? $"{runtime}/containers/auth.json" : null,
            "/run/containers/0/auth.json",
            $"{Value("XDG_CONFIG_HOME") ?? $"{home}/.config"}/containers/auth.json",
            $"{Value("DOCKER_CONFIG") ?? $"{home}/.docker"}/config.json",
            $"{home}/.dockercfg",
        ];
        return [.. files.OfType<string>().Where(Path.IsPathRooted).Distinct()];

        string? Value(string name) => variable(name) is { Length: > 0 } value ? value : null;
    }
}
