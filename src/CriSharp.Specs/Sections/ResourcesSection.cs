using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Limits of a container's cgroup. In the CRI a zero means "not set".</summary>
internal static class ResourcesSection
{
    private const int HighestOomScoreAdj = 1000;

    /// <param name="leastMemoryBytes"><see cref="ContainerDefaults.LeastMemoryBytes"/>.</param>
    public static SpecResources Build(
        LinuxContainerResources? asked, IReadOnlyList<SpecDeviceRule>? deviceRules, HostFacts host, long leastMemoryBytes)
    {
        asked ??= new LinuxContainerResources();
        return new SpecResources
        {
            Devices = deviceRules,
            Memory = MemoryLimits.Build(asked, host, leastMemoryBytes),
            Cpu = CpuLimits.Build(asked),
            HugepageLimits = HugepageLimits.Build(asked, host),
            Unified = UnifiedLimits.Build(asked, host),
        };
    }

    /// <summary>Never lower than this daemon may give: without CAP_SYS_RESOURCE the OCI runtime would fail to set it.</summary>
    public static int OomScoreAdj(LinuxContainerResources? asked, HostFacts host, ICollection<string> warnings)
    {
        var wanted = CheckOomScoreAdj(asked);
        if (wanted < host.OomScoreAdjFloor && wanted != 0)
        {
            warnings.Add($"oom_score_adj {wanted} is raised to {host.OomScoreAdjFloor}: the daemon has no CAP_SYS_RESOURCE to give less");
        }

        return (int)Math.Max(wanted, host.OomScoreAdjFloor);
    }

    public static long CheckOomScoreAdj(LinuxContainerResources? asked)
    {
        var wanted = asked?.OomScoreAdj ?? 0;
        return wanted is >= HostFacts.LowestOomScoreAdj and <= HighestOomScoreAdj
            ? wanted
            : throw Refusal.Invalid($"oom_score_adj {wanted} is out of range: {HostFacts.LowestOomScoreAdj} to {HighestOomScoreAdj}");
    }
}
