using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>From a profile's file to the filter of one container: its conditions are decided here, an OCI runtime knows none.</summary>
internal static class LocalhostProfile
{
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static SpecSeccomp Read(ReadOnlySpan<byte> json, HostFacts host, IReadOnlyCollection<string> capabilities)
    {
        var profile = SeccompProfile.Parse(json);
        ProfileChecks.Check(profile);
        var conditions = new ProfileConditions(host, capabilities);
        return new SpecSeccomp
        {
            DefaultAction = profile.DefaultAction,
            DefaultErrnoRet = Errno(profile.DefaultErrnoRet, profile.DefaultErrno),
            Architectures = ArchitecturesOf(profile, host),
            Flags = profile.Flags,
            // Each is made before its conditions are asked: what is wrong in one is wrong for every container.
            Syscalls = [.. (profile.Syscalls ?? []).Select(rule => (Made: Rule(rule), IsMet: conditions.Apply(rule))).Where(rule => rule.IsMet).Select(rule => rule.Made)],
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

    private static SpecSyscallRule Rule(SeccompProfileRule rule) => new()
    {
        Names = rule.Names is { Count: > 0 } names ? names : [rule.Name!],
        Action = rule.Action,
        ErrnoRet = Errno(rule.ErrnoRet, rule.Errno),
        Args = rule.Args is { Count: > 0 } arguments ? arguments : null,
    };

    /// <summary>The number wins; the name may say the same again.</summary>
    private static uint? Errno(uint? number, string? name) => number ?? (name is { Length: > 0 } ? ErrnoNames.NumberOf(name) : null);
}
