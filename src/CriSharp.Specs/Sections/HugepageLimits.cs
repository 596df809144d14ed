using System.Text.RegularExpressions;
using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>hugepage_limits. The kubelet names every page size of the node, also where there is no controller for them.</summary>
internal static partial class HugepageLimits
{
    public static List<SpecHugepageLimit>? Build(LinuxContainerResources asked, HostFacts host)
    {
        var bySize = Check(asked);
        if (!host.HasHugetlb || bySize.Count == 0)
        {
            return null;
        }

        var limits = new List<SpecHugepageLimit>();
        foreach (var (size, limit) in bySize)
        {
            if (host.HugepageSizes.Contains(size))
            {
                limits.Add(new SpecHugepageLimit { PageSize = size, Limit = limit });
            }
            else if (limit > 0)
            {
                throw Refusal.Unmet(
                    $"hugepage_limits: this host has no pages of {size} ({limit} bytes are asked for); it has {(host.HugepageSizes.Count > 0 ? string.Join(", ", host.HugepageSizes) : "none")}");
            }
        }

        return limits.Count > 0 ? limits : null;
    }

    private static SortedDictionary<string, ulong> Check(LinuxContainerResources asked)
    {
        var bySize = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var limit in asked.HugepageLimits)
        {
            if (!PageSize().IsMatch(limit.PageSize))
            {
                throw Refusal.Invalid($"hugepage_limits: {Refusal.Quote(limit.PageSize)} is no page size: a number and KB, MB or GB, like 2MB");
            }

            if (!bySize.TryAdd(limit.PageSize, limit.Limit) && bySize[limit.PageSize] != limit.Limit)
            {
                throw Refusal.Invalid($"hugepage_limits: {limit.PageSize} has two limits, {bySize[limit.PageSize]} and {limit.Limit} bytes");
            }
        }

        return bySize;
    }

    /// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md#huge-page-limits</summary>
    [GeneratedRegex(@"\A[1-9][0-9]{0,5}[KMG]B\z")]
    private static partial Regex PageSize();
}
