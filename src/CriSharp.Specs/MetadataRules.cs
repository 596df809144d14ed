using CriSharp.Cri.V1;

namespace CriSharp.Specs;

/// <summary>The names that make a pod and a container unique. They end up in records, errors and logs, so they stay on one line.</summary>
public static class MetadataRules
{
    /// <summary>Kubernetes' own names have 253 characters at most; clients that aren't the kubelet get some more.</summary>
    private const int LongestName = 512;

    /// <exception cref="Primitives.RuntimeException">InvalidArgument: a name is missing, too long, or holds '/' or control characters.</exception>
    public static void Validate(PodSandboxMetadata? metadata)
    {
        if (metadata is null)
        {
            throw Refusal.Invalid("the pod sandbox config has no metadata: name, namespace and uid are needed");
        }

        Check("pod sandbox", "name", metadata.Name);
        Check("pod sandbox", "namespace", metadata.Namespace);
        Check("pod sandbox", "uid", metadata.Uid);
    }

    /// <inheritdoc cref="Validate(PodSandboxMetadata?)"/>
    public static void Validate(ContainerMetadata? metadata)
    {
        if (metadata is null)
        {
            throw Refusal.Invalid("the container config has no metadata: a name is needed");
        }

        Check("container", "name", metadata.Name);
    }

    private static void Check(string what, string field, string value)
    {
        if (value.Length == 0)
        {
            throw Refusal.Invalid($"the {what} config's metadata has no {field}");
        }

        if (value.Length > LongestName)
        {
            throw Refusal.Invalid($"the {what} config's metadata has a {field} of {value.Length} characters; {LongestName} is the limit");
        }

        if (value.Contains('/') || value.Any(char.IsControl) || value is "." or "..")
        {
            throw Refusal.Invalid($"the {what} config's metadata has the {field} {Refusal.Quote(value)}: no '/', no control characters, not \".\" or \"..\"");
        }
    }
}
