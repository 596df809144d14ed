using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Capabilities: the daemon's default set, then what the pod adds and drops, and never more than the daemon itself could hold.</summary>
internal static class CapabilitiesSection
{
    private const string All = "ALL";
    private const string Prefix = "CAP_";

    /// <summary>In the order of their numbers, which is the order of the output.</summary>
    private static readonly string[] Known =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>For a process that needs none at all.</summary>
    public static SpecCapabilities None { get; } = Sets([], []);

    public static SpecCapabilities Build(
        LinuxContainerSecurityContext security, IReadOnlyList<string> defaults, HostFacts host, ICollection<string> warnings)
    {
        if (security.Privileged)
        {
            return Sets(Held(Known, host), []);
        }

        var asked = security.Capabilities ?? new Capability();
        var added = Names("add", asked.AddCapabilities);
        var dropped = Names("drop", asked.DropCapabilities);
        var ambient = Names("add_ambient", asked.AddAmbientCapabilities);

        var wanted = Names("default", defaults);
        if (added.Contains(All))
        {
            wanted.UnionWith(Known);
        }

        if (dropped.Contains(All))
        {
            wanted.Clear();
        }

        wanted.UnionWith(added.Concat(ambient));
        wanted.ExceptWith(dropped);
        wanted.Remove(All);
        WarnOfLost(added.Concat(ambient).Where(wanted.Contains), host, warnings);

        var held = Held(wanted, host);
        return Sets(held, [.. held.Where(capability => ambient.Contains(capability) || ambient.Contains(All))]);
    }

    /// <summary>
    /// Nothing is inheritable (CVE-2022-27652: a file's own inheritable set would come into force), except what is ambient, which the kernel
    /// takes only from there.
    /// </summary>
    private static SpecCapabilities Sets(IReadOnlyList<string> held, IReadOnlyList<string> ambient) => new()
    {
        Bounding = held,
        Effective = held,
        Permitted = held,
        Inheritable = ambient,
        Ambient = ambient,
    };

    private static string[] Held(IEnumerable<string> wanted, HostFacts host)
    {
        var all = wanted.ToHashSet(StringComparer.Ordinal);
        return [.. Known.Where(capability => all.Contains(capability) && host.BoundingCapabilities.Contains(capability))];
    }

    private static void WarnOfLost(IEnumerable<string> added, HostFacts host, ICollection<string> warnings)
    {
        var lost = added.Where(capability => !host.BoundingCapabilities.Contains(capability)).Distinct().ToArray();
        if (lost.Length > 0)
        {
            warnings.Add($"{string.Join(", ", lost)} can't be given: not in the bounding set of the daemon");
        }
    }

    private static HashSet<string> Names(string list, IEnumerable<string> names) => [.. names.Select(name => Normalize(list, name))];

    public static bool IsKnown(string name) => Known.Contains(Full(name));

    private static string Full(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith(Prefix, StringComparison.Ordinal) ? upper : Prefix + upper;
    }

    private static string Normalize(string list, string name)
    {
        if (string.Equals(name, All, StringComparison.OrdinalIgnoreCase))
        {
            return All;
        }

        var full = Full(name);
        return Known.Contains(full) ? full : throw Refusal.Invalid($"the capability {Refusal.Quote(name)} in {list}_capabilities is unknown");
    }
}
