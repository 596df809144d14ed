using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>
/// cpu_shares, cpu_quota, cpu_period and the sets of CPUs and memory nodes.
/// https://docs.kernel.org/scheduler/sched-bwc.html, https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html
/// </summary>
internal static class CpuLimits
{
    private const long Unlimited = -1;
    private const long LeastShares = 2;
    private const long MostShares = 262_144;
    private const long LeastPeriodMicroseconds = 1_000;
    private const long MostPeriodMicroseconds = 1_000_000;
    private const long LeastQuotaMicroseconds = 1_000;
    private const long MostQuotaMicroseconds = (1L << 44) - 1;

    public static SpecCpu? Build(LinuxContainerResources asked)
    {
        Check(asked);
        var cpu = new SpecCpu
        {
            // Beyond its range the kernel takes the nearest share, and so does what counts weights from shares.
            Shares = asked.CpuShares > 0 ? (ulong)Math.Clamp(asked.CpuShares, LeastShares, MostShares) : null,
            Quota = asked.CpuQuota != 0 ? asked.CpuQuota : null,
            Period = asked.CpuPeriod > 0 ? (ulong)asked.CpuPeriod : null,
            Cpus = NumberList.Check("cpuset_cpus", asked.CpusetCpus),
            Mems = NumberList.Check("cpuset_mems", asked.CpusetMems),
        };
        return cpu == new SpecCpu() ? null : cpu;
    }

    private static void Check(LinuxContainerResources asked)
    {
        if (asked.CpuShares < 0)
        {
            throw Refusal.Invalid($"cpu_shares {asked.CpuShares} is negative");
        }

        if (asked.CpuPeriod is not (0 or (>= LeastPeriodMicroseconds and <= MostPeriodMicroseconds)))
        {
            throw Refusal.Invalid($"cpu_period {asked.CpuPeriod} is out of range: {LeastPeriodMicroseconds} to {MostPeriodMicroseconds} microseconds");
        }

        if (asked.CpuQuota is not (0 or Unlimited or (>= LeastQuotaMicroseconds and <= MostQuotaMicroseconds)))
        {
            throw Refusal.Invalid(
                $"cpu_quota {asked.CpuQuota} is out of range: {LeastQuotaMicroseconds} to {MostQuotaMicroseconds} microseconds in each period, or -1 for no limit");
        }
    }
}
