using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Limits of a container's cgroup. In the CRI a zero means "not set".</summary>
internal static class ResourcesSection
{
    private const long Unlimited = -1;

    private const int HighestOomScoreAdj = 1000;

    public static SpecResources Build(LinuxContainerResources? asked, IReadOnlyList<SpecDeviceRule>? deviceRules, HostFacts host)
    {
        asked ??= new LinuxContainerResources();
        return new SpecResources
        {
            Devices = deviceRules,
            Memory = Memory(asked, host),
            Cpu = Cpu(asked),
            HugepageLimits = Hugepages(asked, host),
            Unified = Unified(asked, host),
        };
    }

    /// <summary>Never lower than this daemon may give: without CAP_SYS_RESOURCE the OCI runtime would fail to set it.</summary>
    public static int OomScoreAdj(LinuxContainerResources? asked, HostFacts host, ICollection<string> warnings)
    {
        var wanted = asked?.OomScoreAdj ?? 0;
        if (wanted is < HostFacts.LowestOomScoreAdj or > HighestOomScoreAdj)
        {
            throw Refusal.Invalid($"oom_score_adj {wanted} is out of range: {HostFacts.LowestOomScoreAdj} to {HighestOomScoreAdj}");
        }

        if (wanted < host.OomScoreAdjFloor && wanted != 0)
        {
            warnings.Add($"oom_score_adj {wanted} is raised to {host.OomScoreAdjFloor}: the daemon has no CAP_SYS_RESOURCE to give less");
        }

        return (int)Math.Max(wanted, host.OomScoreAdjFloor);
    }

    private static SpecMemory? Memory(LinuxContainerResources asked, HostFacts host)
    {
        var limit = asked.MemoryLimitInBytes;
        var swap = asked.MemorySwapLimitInBytes;
        if (limit < 0 || swap < Unlimited)
        {
            throw Refusal.Invalid($"memory_limit_in_bytes {limit} or memory_swap_limit_in_bytes {swap} is negative");
        }

        if (swap > 0 && swap < limit)
        {
            throw Refusal.Invalid($"memory_swap_limit_in_bytes {swap} is memory and swap together, and less than memory_limit_in_bytes {limit}");
        }

        if (limit == 0)
        {
            return swap == Unlimited && host.HasSwapAccounting ? new SpecMemory { Swap = swap } : null;
        }

        // Unset, a limit of memory alone would be passed by as much swap again.
        return new SpecMemory { Limit = limit, Swap = host.HasSwapAccounting ? (swap == 0 ? limit : swap) : null };
    }

    private static SpecCpu? Cpu(LinuxContainerResources asked)
    {
        if (asked.CpuShares < 0 || asked.CpuPeriod < 0 || asked.CpuQuota < Unlimited)
        {
            throw Refusal.Invalid($"cpu_shares {asked.CpuShares}, cpu_period {asked.CpuPeriod} or cpu_quota {asked.CpuQuota} is negative");
        }

        var cpu = new SpecCpu
        {
            Shares = asked.CpuShares > 0 ? (ulong)asked.CpuShares : null,
            Quota = asked.CpuQuota != 0 ? asked.CpuQuota : null,
            Period = asked.CpuPeriod > 0 ? (ulong)asked.CpuPeriod : null,
            Cpus = CpuList("cpuset_cpus", asked.CpusetCpus),
            Mems = CpuList("cpuset_mems", asked.CpusetMems),
        };
        return cpu == new SpecCpu() ? null : cpu;
    }

    private static string? CpuList(string field, string list)
    {
        if (list.Any(c => !char.IsAsciiDigit(c) && c is not (',' or '-')))
        {
            throw Refusal.Invalid($"{field} {Refusal.Quote(list)} is no list of numbers and ranges like 0-3,5");
        }

        return list.Length > 0 ? list : null;
    }

    /// <summary>The kubelet names every page size of the node, also where there is no controller for them.</summary>
    private static List<SpecHugepageLimit>? Hugepages(LinuxContainerResources asked, HostFacts host)
    {
        if (!host.HasHugetlb || asked.HugepageLimits.Count == 0)
        {
            return null;
        }

        var bySize = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var limit in asked.HugepageLimits)
        {
            if (limit.PageSize.Length == 0 || !limit.PageSize.All(char.IsAsciiLetterOrDigit))
            {
                throw Refusal.Invalid($"hugepage_limits: {Refusal.Quote(limit.PageSize)} is no page size like 2MB");
            }

            bySize[limit.PageSize] = limit.Limit;
        }

        return [.. bySize.Select(limit => new SpecHugepageLimit { PageSize = limit.Key, Limit = limit.Value })];
    }

    /// <summary>Only files of controllers: "cgroup.procs" and its like move and freeze processes.</summary>
    private static SortedDictionary<string, string>? Unified(LinuxContainerResources asked, HostFacts host)
    {
        if (asked.Unified.Count == 0)
        {
            return null;
        }

        if (host.CgroupVersion == CgroupVersion.V1)
        {
            throw Refusal.Unmet("unified resources need cgroup v2, and this host has v1");
        }

        foreach (var (file, value) in asked.Unified)
        {
            var isPlain = file.Contains('.') && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
            if (!isPlain || file[0] == '.' || file.StartsWith("cgroup.", StringComparison.Ordinal))
            {
                throw Refusal.Invalid($"unified: {Refusal.Quote(file)} is no file of a cgroup v2 controller");
            }

            if (value.Any(char.IsControl))
            {
                throw Refusal.Invalid($"unified: the value {Refusal.Quote(value)} of {file} holds control characters");
            }
        }

        return new SortedDictionary<string, string>(asked.Unified, StringComparer.Ordinal);
    }
}
