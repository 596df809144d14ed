using CriSharp.Cri.V1;

namespace CriSharp.Specs.Sections;

/// <summary>
/// Annotations for the OCI runtime: who the container is, under the names that sandboxed runtimes (gVisor, Kata) look for, and what the
/// daemon's configuration lets through. An image's labels never get here (CVE-2026-53488).
/// </summary>
internal static class AnnotationsSection
{
    private const string Own = "io.kubernetes.cri.";

    /// <summary>crun would put a container into a cgroup below its scope, where runc puts it into the scope itself and execs look for it. crun(1)</summary>
    private const string SystemdSubgroup = "run.oci.systemd.subgroup";

    public static SortedDictionary<string, string> ForContainer(ContainerSpecInput input)
    {
        var annotations = Allowed(input.Defaults, input.Sandbox.Annotations, input.Config.Annotations);
        AddSandbox(annotations, "container", input.SandboxId, input.Sandbox.Metadata);
        annotations[Own + "container-name"] = input.Config.Metadata?.Name ?? "";
        AddSubgroup(annotations, input.CgroupsPath);
        return annotations;
    }

    public static SortedDictionary<string, string> ForSandbox(SandboxSpecInput input)
    {
        var annotations = Allowed(input.Defaults, input.Config.Annotations);
        AddSandbox(annotations, "sandbox", input.SandboxId, input.Config.Metadata);
        AddSubgroup(annotations, input.CgroupsPath);
        return annotations;
    }

    /// <summary>After the allowed ones: nobody else says what these are.</summary>
    private static void AddSandbox(SortedDictionary<string, string> annotations, string type, string sandboxId, PodSandboxMetadata? metadata)
    {
        annotations[Own + "container-type"] = type;
        annotations[Own + "sandbox-id"] = sandboxId;
        annotations[Own + "sandbox-name"] = metadata?.Name ?? "";
        annotations[Own + "sandbox-namespace"] = metadata?.Namespace ?? "";
        annotations[Own + "sandbox-uid"] = metadata?.Uid ?? "";
    }

    /// <summary>"slice:prefix:name" is the systemd driver's.</summary>
    private static void AddSubgroup(SortedDictionary<string, string> annotations, string cgroupsPath)
    {
        if (cgroupsPath.Contains(':', StringComparison.Ordinal))
        {
            annotations[SystemdSubgroup] = "";
        }
    }

    private static SortedDictionary<string, string> Allowed(
        ContainerDefaults defaults, params ReadOnlySpan<IEnumerable<KeyValuePair<string, string>>> sources)
    {
        var annotations = new SortedDictionary<string, string>(defaults.Annotations.ToDictionary(), StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var (name, value) in source)
            {
                if (defaults.AllowedAnnotations.Any(pattern => Fits(pattern, name)))
                {
                    annotations[name] = value;
                }
            }
        }

        return annotations;
    }

    private static bool Fits(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;
}
