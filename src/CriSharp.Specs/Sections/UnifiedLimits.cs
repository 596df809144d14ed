using CriSharp.Cri.V1;

namespace CriSharp.Specs.Sections;

/// <summary>unified: files of cgroup v2 with what is written into them, after all named limits.</summary>
internal static class UnifiedLimits
{
    /// <summary>Only files of controllers: "cgroup.procs" and its like move and freeze processes.</summary>
    public static SortedDictionary<string, string>? Build(LinuxContainerResources asked, HostFacts host)
    {
        if (asked.Unified.Count == 0)
        {
            return null;
        }

        foreach (var (file, value) in asked.Unified)
        {
            Check(file, value);
            if (NamedTwin(file, asked) is { } named)
            {
                throw Refusal.Invalid($"unified: {file} {Refusal.Quote(value)} says the same as {named}, which is given, too: only one of them may be");
            }
        }

        return host.CgroupVersion == CgroupVersion.V2
            ? new SortedDictionary<string, string>(asked.Unified, StringComparer.Ordinal)
            : throw Refusal.Unmet($"unified resources ({string.Join(", ", asked.Unified.Keys.Order(StringComparer.Ordinal))}) need cgroup v2, and this host has v1");
    }

    private static void Check(string file, string value)
    {
        var isPlain = file.Contains('.') && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!isPlain || file[0] == '.' || file.StartsWith("cgroup.", StringComparison.Ordinal))
        {
            throw Refusal.Invalid($"unified: {Refusal.Quote(file)} is no file of a cgroup v2 controller");
        }

        if (value.Length == 0 || value.Any(char.IsControl))
        {
            throw Refusal.Invalid($"unified: the value {Refusal.Quote(value)} of {file} is empty or holds control characters");
        }
    }

    private static string? NamedTwin(string file, LinuxContainerResources asked) => file switch
    {
        MemoryMax.Name when asked.MemoryLimitInBytes != 0 => $"memory_limit_in_bytes {asked.MemoryLimitInBytes}",
        MemoryLimits.SwapFile when asked.MemorySwapLimitInBytes != 0 => $"memory_swap_limit_in_bytes {asked.MemorySwapLimitInBytes}",
        "cpu.max" when asked.CpuQuota != 0 => $"cpu_quota {asked.CpuQuota}",
        "cpu.max" when asked.CpuPeriod != 0 => $"cpu_period {asked.CpuPeriod}",
        "cpu.weight" when asked.CpuShares != 0 => $"cpu_shares {asked.CpuShares}",
        "cpuset.cpus" when asked.CpusetCpus.Length > 0 => $"cpuset_cpus {Refusal.Quote(asked.CpusetCpus)}",
        "cpuset.mems" when asked.CpusetMems.Length > 0 => $"cpuset_mems {Refusal.Quote(asked.CpusetMems)}",
        _ => asked.HugepageLimits.FirstOrDefault(limit => file == $"hugetlb.{limit.PageSize}.max" && limit.Limit > 0) is { } huge
            ? $"hugepage_limits {huge.PageSize} {huge.Limit}"
            : null,
    };
}
