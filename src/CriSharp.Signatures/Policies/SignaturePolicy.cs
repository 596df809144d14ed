using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>What a policy.json demands of images, by where they come from. Immutable. containers-policy.json(5)</summary>
/// <param name="Source">Its file.</param>
/// <param name="Default">For what no scope fits.</param>
/// <param name="Docker">Of the transport "docker", by scope: registries.</param>
public sealed record SignaturePolicy(
    string Source, IReadOnlyList<Requirement> Default, IReadOnlyDictionary<string, IReadOnlyList<Requirement>> Docker)
{
    /// <summary>An OCI layout in a tar.</summary>
    public const string OciArchive = "oci-archive";

    /// <summary>What docker save made.</summary>
    public const string DockerArchive = "docker-archive";

    private static readonly Dictionary<string, IReadOnlyList<Requirement>> NoScopes = [];

    /// <summary>Of archives, by transport, as a whole: their scopes are paths, and one that is loaded has none here.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Requirement>> Archives { get; init; } = NoScopes;

    /// <summary>The policy of a host without one.</summary>
    public static SignaturePolicy Absent(string path) => new($"{path} (absent)", [new Requirement.AcceptAnything("default")], NoScopes);

    /// <summary>Of what no scope fits: an image without a name, say.</summary>
    public Demands ForNameless => new($"default of {Source}", Default);

    /// <summary>Of the scopes that fit the image the most exact one alone.</summary>
    public Demands For(ImageReference image)
    {
        foreach (var scope in PolicyScopes.Of(image).Append(""))
        {
            if (Docker.TryGetValue(scope, out var requirements))
            {
                return new Demands($"scope docker \"{scope}\" of {Source}", requirements);
            }
        }

        return ForNameless;
    }

    /// <param name="transport"><see cref="OciArchive"/> or <see cref="DockerArchive"/>.</param>
    public Demands ForArchive(string transport) =>
        Archives.TryGetValue(transport, out var requirements) ? new Demands($"scope {transport} \"\" of {Source}", requirements) : ForNameless;
}

/// <summary>What one image has to meet: all of the requirements.</summary>
/// <param name="Scope">In words, with the file.</param>
public sealed record Demands(string Scope, IReadOnlyList<Requirement> Requirements)
{
    /// <summary>No signature is asked for, and nothing refuses.</summary>
    public bool AcceptAnything => Requirements.All(requirement => requirement is Requirement.AcceptAnything);

    /// <summary>Why no signature could make the image acceptable; null where one may.</summary>
    public string? Refusal => Requirements.Select(requirement => requirement switch
    {
        Requirement.Reject => $"the {Scope} rejects it",
        Requirement.Uncheckable wanted => $"the {Scope} wants {wanted.Type}, and {wanted.Why} ({wanted.Place})",
        _ => null,
    }).FirstOrDefault(words => words is not null);

    public bool WantsOpenPgp => Requirements.Any(requirement => requirement is Requirement.SignedBy);

    public bool WantsSigstore => Requirements.Any(requirement => requirement is Requirement.SigstoreSigned);
}
