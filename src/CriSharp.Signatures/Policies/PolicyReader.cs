namespace CriSharp.Signatures.Policies;

/// <summary>Reads a policy.json, strictly: what it might mean to another reader, it may not mean here. containers-policy.json(5)</summary>
public static class PolicyReader
{
    /// <summary>Longest policy, in bytes.</summary>
    public const int LimitBytes = 4 << 20;

    private const string RegistryTransport = "docker";

    /// <param name="source">The file, for errors.</param>
    /// <exception cref="FormatException">What is wrong, and where.</exception>
    public static SignaturePolicy Read(ReadOnlyMemory<byte> json, string source)
    {
        if (json.Length > LimitBytes)
        {
            throw new FormatException($"{source}: it has more than {LimitBytes} bytes");
        }

        try
        {
            return PolicyNode.Read(json, root => Read(root, source));
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{source}: {wrong.Message}", wrong);
        }
    }

    private static SignaturePolicy Read(PolicyNode root, string source)
    {
        var fields = root.Fields("default", "transports");
        if (!fields.TryGetValue("default", out var ofAll))
        {
            throw new FormatException("there is no \"default\"");
        }

        var defaults = Requirements(ofAll);
        var docker = new Dictionary<string, IReadOnlyList<Requirement>>(StringComparer.Ordinal);
        var archives = new Dictionary<string, IReadOnlyList<Requirement>>(StringComparer.Ordinal);
        if (fields.TryGetValue("transports", out var transports))
        {
            foreach (var (transport, scopes) in transports.Fields())
            {
                // The others are read as well: what is wrong there is told, though no image comes from there.
                foreach (var (scope, requirements) in scopes.Fields())
                {
                    var read = Requirements(requirements);
                    if (transport == RegistryTransport)
                    {
                        docker[scope] = read;
                    }
                    else if (scope.Length == 0 && transport is SignaturePolicy.OciArchive or SignaturePolicy.DockerArchive)
                    {
                        archives[transport] = read;
                    }
                }
            }
        }

        return new SignaturePolicy(source, defaults, docker) { Archives = archives };
    }

    private static Requirement[] Requirements(PolicyNode node) => [.. node.Items().Select(RequirementReader.Read)];
}
