using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>The daemon's default limits; the CRI has none. A hard limit can't be raised without CAP_SYS_RESOURCE.</summary>
internal static class RlimitsSection
{
    public static IReadOnlyList<SpecRlimit>? Build(IReadOnlyList<SpecRlimit> defaults, HostFacts host, ICollection<string> warnings)
    {
        if (defaults.Count == 0)
        {
            return null;
        }

        var limits = new List<SpecRlimit>();
        foreach (var wanted in defaults.OrderBy(limit => limit.Type, StringComparer.Ordinal))
        {
            var ceiling = host.RlimitCeilings.TryGetValue(wanted.Type, out var known) ? known : ulong.MaxValue;
            if (wanted.Hard > ceiling)
            {
                warnings.Add($"{wanted.Type} is lowered from {wanted.Hard} to {ceiling}: the daemon has no CAP_SYS_RESOURCE to give more");
            }

            limits.Add(wanted with { Soft = Math.Min(wanted.Soft, Math.Min(wanted.Hard, ceiling)), Hard = Math.Min(wanted.Hard, ceiling) });
        }

        return limits;
    }
}
