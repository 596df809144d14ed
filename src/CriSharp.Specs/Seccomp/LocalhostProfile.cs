using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>From a profile's file to the filter of one container: its conditions are decided here, an OCI runtime knows none.</summary>
internal static class LocalhostProfile
{
    private static readonly string[] Actions =
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
    ];

    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static SpecSeccomp Read(ReadOnlySpan<byte> json, HostFacts host, IReadOnlyCollection<string> capabilities)
    {
        var profile = SeccompProfile.Parse(json);
        if (profile.ListenerPath is { Length: > 0 } listener)
        {
            throw new FormatException($"\"listenerPath\" ({Refusal.Quote(listener)}) is not supported: no program of the host is asked about calls");
        }

        Check(profile.DefaultAction);
        var conditions = new ProfileConditions(host, capabilities);
        return new SpecSeccomp
        {
            DefaultAction = profile.DefaultAction,
            DefaultErrnoRet = Errno(profile.DefaultErrnoRet, profile.DefaultErrno),
            Architectures = ArchitecturesOf(profile, host),
            Flags = profile.Flags,
            Syscalls = [.. (profile.Syscalls ?? []).Select(Checked).Where(conditions.Apply).Select(Rule)],
        };
    }

    /// <summary>Null leaves the filter to the native way in.</summary>
    private static IReadOnlyList<string>? ArchitecturesOf(SeccompProfile profile, HostFacts host)
    {
        if (profile.ArchMap is not { Count: > 0 } map)
        {
            return profile.Architectures;
        }

        if (profile.Architectures is { Count: > 0 })
        {
            throw new FormatException("it has both \"architectures\" and \"archMap\": one of them");
        }

        var native = ArchitectureCalls.WaysInto(host.Architecture)[0];
        return map.FirstOrDefault(entry => entry.Architecture == native) is { } own ? [own.Architecture, .. own.SubArchitectures ?? []] : null;
    }

    private static SeccompProfileRule Checked(SeccompProfileRule rule)
    {
        Check(rule.Action);
        return rule switch
        {
            { Name: { Length: > 0 } name, Names.Count: > 0 } =>
                throw new FormatException($"a rule has both \"name\" ({Refusal.Quote(name)}) and \"names\": one of them"),
            { Name: null or "", Names: null or { Count: 0 } } => throw new FormatException("a rule names no call"),
            _ => rule,
        };
    }

    private static SpecSyscallRule Rule(SeccompProfileRule rule) => new()
    {
        Names = rule.Names is { Count: > 0 } names ? names : [rule.Name!],
        Action = rule.Action,
        ErrnoRet = Errno(rule.ErrnoRet, rule.Errno),
        Args = rule.Args is { Count: > 0 } arguments ? arguments : null,
    };

    private static void Check(string action)
    {
        if (action == "SCMP_ACT_NOTIFY")
        {
            throw new FormatException("SCMP_ACT_NOTIFY is not supported: no program of the host is asked about calls");
        }

        if (!Actions.Contains(action))
        {
            throw new FormatException($"{Refusal.Quote(action)} is no action: SCMP_ACT_ERRNO, SCMP_ACT_ALLOW ...");
        }
    }

    /// <summary>The number wins; the name may say the same again.</summary>
    private static uint? Errno(uint? number, string? name) => number ?? (name is { Length: > 0 } ? ErrnoNames.NumberOf(name) : null);
}
