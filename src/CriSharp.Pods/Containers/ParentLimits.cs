using System.Globalization;
using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>
/// What the kernel refuses a container because of the cgroups above it: told here by its field, since an OCI runtime names a file, or nothing.
/// https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html, https://docs.kernel.org/scheduler/sched-bwc.html
/// </summary>
public sealed class ParentLimits(CgroupHierarchies hierarchies)
{
    private const ulong UsualPeriodMicroseconds = 100_000;

    /// <summary>The kernel compares quotas in these parts of their period.</summary>
    private const int RatioBits = 20;

    /// <exception cref="RuntimeException">FailedPrecondition: the field, its value and what there is.</exception>
    internal void Require(PodSandboxRecord sandbox, ContainerId container, SpecCpu? asked)
    {
        if (asked is null)
        {
            return;
        }

        List<CgroupPath> above = [.. CgroupPlaces.CgroupOf(sandbox, container).Parent.SelfAndAncestors().Reverse(), CgroupPath.Root];
        RequireSet("cpuset_cpus", asked.Cpus, above, "cpuset.cpus", "/sys/devices/system/cpu/possible");
        RequireSet("cpuset_mems", asked.Mems, above, "cpuset.mems", "/sys/devices/system/node/possible");
        if (asked.Quota is { } quota and > 0)
        {
            RequireQuota((ulong)quota, asked.Period ?? UsualPeriodMicroseconds, above);
        }
    }

    private void RequireSet(string field, string? asked, List<CgroupPath> above, string file, string allOfTheHost)
    {
        if (asked is null || SetOf(above, file, allOfTheHost) is not { Length: > 0 } there)
        {
            return;
        }

        int[] missing = [.. Numbers(asked).Except(Numbers(there))];
        if (missing.Length > 0)
        {
            throw Unmet($"{field} \"{asked}\": {missing[0]} is not among those that the pod can have, {there}");
        }
    }

    /// <summary>v1: what the next cgroup above has that has any. v2 takes all that the host could have, and gives of them what is there.</summary>
    private string? SetOf(List<CgroupPath> above, string file, string allOfTheHost)
    {
        if (!hierarchies.CanLimit("cpuset"))
        {
            return null;
        }

        return hierarchies.Mode == CgroupMode.V2
            ? File.Exists(allOfTheHost) ? File.ReadAllText(allOfTheHost).Trim() : null
            : above.Select(path => hierarchies.TryReadValue(path, file)).FirstOrDefault(set => !string.IsNullOrWhiteSpace(set))?.Trim();
    }

    /// <summary>Under v1 alone; v2 takes more, and gives no more than there is.</summary>
    private void RequireQuota(ulong quota, ulong period, List<CgroupPath> above)
    {
        foreach (var path in above)
        {
            if (NumberOf(path, "cpu.cfs_quota_us") is { } theirs && NumberOf(path, "cpu.cfs_period_us") is { } theirPeriod && Ratio(quota, period) > Ratio(theirs, theirPeriod))
            {
                throw Unmet($"cpu_quota {quota} in a cpu_period of {period} is more than the cgroup {path} above it has, {theirs} in {theirPeriod}, and cgroup v1 gives no child more");
            }
        }
    }

    /// <returns>Null also for -1, no limit.</returns>
    private ulong? NumberOf(CgroupPath path, string file) =>
        ulong.TryParse(hierarchies.TryReadValue(path, file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static UInt128 Ratio(ulong quota, ulong period) => ((UInt128)quota << RatioBits) / period;

    /// <summary>Of "0-3,5".</summary>
    private static IEnumerable<int> Numbers(string list)
    {
        foreach (var part in list.Split(','))
        {
            var ends = Array.ConvertAll(part.Split('-'), end => int.Parse(end, CultureInfo.InvariantCulture));
            for (var number = ends[0]; number <= ends[^1]; number++)
            {
                yield return number;
            }
        }
    }

    private static RuntimeException Unmet(string what) => new(ErrorKind.FailedPrecondition, $"container config: linux.resources: {what}");
}
