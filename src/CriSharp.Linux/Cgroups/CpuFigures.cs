namespace CriSharp.Linux.Cgroups;

/// <summary>Processor time of a cgroup and of all below it since it was made, and how often its limit held it back. Null is what the kernel does not tell.</summary>
/// <param name="Periods">Enforcement periods that have passed; only where there is a limit.</param>
/// <param name="ThrottledPeriods">Those of them in which it was held back.</param>
public readonly record struct CpuFigures(
    ulong? TotalNanoseconds, ulong? UserNanoseconds, ulong? SystemNanoseconds, ulong? Periods, ulong? ThrottledPeriods, ulong? ThrottledNanoseconds)
{
    /// <summary>cpu.stat, https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files</summary>
    internal static CpuFigures ParseUnified(ReadOnlySpan<byte> text) => new(
        CgroupText.MicrosecondsOf(text, "usage_usec"u8),
        CgroupText.MicrosecondsOf(text, "user_usec"u8),
        CgroupText.MicrosecondsOf(text, "system_usec"u8),
        CgroupText.ValueOf(text, "nr_periods"u8),
        CgroupText.ValueOf(text, "nr_throttled"u8),
        CgroupText.MicrosecondsOf(text, "throttled_usec"u8));

    /// <summary>cpu.stat of v1, https://docs.kernel.org/scheduler/sched-bwc.html</summary>
    internal static CpuFigures ParseLegacy(ReadOnlySpan<byte> text) => default(CpuFigures) with
    {
        Periods = CgroupText.ValueOf(text, "nr_periods"u8),
        ThrottledPeriods = CgroupText.ValueOf(text, "nr_throttled"u8),
        ThrottledNanoseconds = CgroupText.ValueOf(text, "throttled_time"u8),
    };
}
