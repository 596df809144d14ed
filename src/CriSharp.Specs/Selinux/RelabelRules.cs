using CriSharp.Cri.V1;

namespace CriSharp.Specs.Selinux;

/// <summary>Which volumes get the container's label, for Mount.selinux_relabel.</summary>
public static class RelabelRules
{
    /// <summary>Relabelled, each of these would take the host from its own programs.</summary>
    private static readonly string[] NeverTheseFolders =
    [
        "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr",
        "/var", "/var/lib", "/var/log", "/var/run", "/var/tmp",
    ];

    /// <summary>Nor anything below these.</summary>
    private static readonly string[] NeverBelow = ["/boot", "/dev", "/etc", "/proc", "/sys", "/usr"];

    /// <param name="sources">By host path: what it is after its links; what is not listed, such as an image, is no volume.</param>
    /// <returns>The folders and files to label with the container's mount label.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: one is the host's own.</exception>
    public static IReadOnlyList<string> Select(IEnumerable<Mount> mounts, IReadOnlyDictionary<string, string> sources, SelinuxLabels labels)
    {
        if (SelinuxRules.IsUnconfined(labels))
        {
            return [];
        }

        var chosen = new List<string>();
        foreach (var mount in mounts)
        {
            if (!mount.SelinuxRelabel || !sources.TryGetValue(mount.HostPath, out var source))
            {
                continue;
            }

            if (NeverTheseFolders.Contains(source) || NeverBelow.Any(folder => source.StartsWith(folder + '/', StringComparison.Ordinal)))
            {
                throw Refusal.Invalid(
                    $"the mount of {Refusal.Quote(mount.HostPath)} at {Refusal.Quote(mount.ContainerPath)}: selinux_relabel would take {source} from the host itself");
            }

            chosen.Add(source);
        }

        return [.. chosen.Distinct()];
    }
}
