using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Specs;

namespace CriSharp.Pods.Host;

/// <summary>Asks the host, once at start, what containers can be given here. Where root lacks powers, requests are clamped to what it has.</summary>
public static class HostFactsReader
{
    private const string StatusFile = "/proc/self/status";
    private const string LimitsFile = "/proc/self/limits";
    private const string OomScoreFile = "/proc/self/oom_score_adj";
    private const string SelinuxFile = "/sys/fs/selinux/enforce";
    private const string SysResource = "CAP_SYS_RESOURCE";
    private const int SmallFileLimitBytes = 1 << 20;

    public static HostFacts Read(CgroupHierarchies cgroups)
    {
        var bounding = BoundingSet(Text(StatusFile, SmallFileLimitBytes));
        var mayRaise = bounding.Contains(SysResource);
        return new HostFacts
        {
            BoundingCapabilities = bounding,
            CgroupVersion = cgroups.Mode == CgroupMode.V2 ? CgroupVersion.V2 : CgroupVersion.V1,
            OomScoreAdjFloor = mayRaise
                ? HostFacts.LowestOomScoreAdj
                : int.Parse(Text(OomScoreFile, SmallFileLimitBytes).Trim(), CultureInfo.InvariantCulture),
            RlimitCeilings = mayRaise ? new Dictionary<string, ulong>() : HardLimits(Text(LimitsFile, SmallFileLimitBytes)),
            Architecture = ArchitectureName.Of(RuntimeInformation.ProcessArchitecture),
            HasSeccomp = Text(StatusFile, SmallFileLimitBytes).Contains("\nSeccomp:", StringComparison.Ordinal),
            Kernel = Environment.OSVersion.Version,
            HasSelinux = File.Exists(SelinuxFile),
            HasHugetlb = cgroups.CanLimit("hugetlb"),
            HugepageSizes = HugepageSizes.Read(),
            HasSwapAccounting = HasSwapAccounting(cgroups),
        };
    }

    /// <summary>CapBnd of /proc/self/status as names; proc_pid_status(5). Bits without a name are capabilities newer than this program.</summary>
    internal static HashSet<string> BoundingSet(string status)
    {
        var line = status.Split('\n').First(candidate => candidate.StartsWith("CapBnd:", StringComparison.Ordinal));
        var bits = ulong.Parse(line.AsSpan("CapBnd:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return [.. CapabilityNames.ByNumber.Where((_, number) => (bits & (1UL << number)) != 0)];
    }

    /// <summary>Lines such as "Max open files            1024                 524288               files".</summary>
    internal static Dictionary<string, ulong> HardLimits(string limits)
    {
        var found = new Dictionary<string, ulong>();
        foreach (var (name, title) in RlimitTitles.ByName)
        {
            var line = limits.Split('\n').FirstOrDefault(candidate => candidate.StartsWith(title, StringComparison.Ordinal));
            var words = line?[title.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (words.Length >= 2 && ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var hard))
            {
                found[name] = hard;
            }
        }

        return found;
    }

    private static bool HasSwapAccounting(CgroupHierarchies cgroups) => cgroups.Find("memory") is { } memory
        && (memory.IsUnified ? HasSwapAccounting(memory.MountPoint) : File.Exists(Path.Combine(memory.MountPoint, "memory.memsw.limit_in_bytes")));

    /// <summary>
    /// v2's root limits nothing itself, so those below it are asked that have the memory controller. A kernel without swap, or booted with
    /// swapaccount=0, gives them no limit of it. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    /// </summary>
    internal static bool HasSwapAccounting(string unifiedMount)
    {
        var limited = Directory.EnumerateDirectories(unifiedMount)
            .Prepend(unifiedMount)
            .Where(cgroup => File.Exists(Path.Combine(cgroup, "memory.max")))
            .ToList();

        // One suffices: what it has all have, and another may be gone by now.
        return limited.Count == 0 || limited.Exists(cgroup => File.Exists(Path.Combine(cgroup, "memory.swap.max")));
    }

    private static string Text(string path, int limitBytes) => Encoding.UTF8.GetString(HostPath.TryReadFile(path, limitBytes) ?? []);
}
