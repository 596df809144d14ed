using CriSharp.Linux.Cgroups;

namespace CriSharp.TestSupport.Daemons;

/// <summary>What the kernel says of a container's limits, in the words of cgroup v1 or v2, whichever the host has.</summary>
/// <param name="pid">Of the container's first process, as the host counts.</param>
public sealed class ContainerCgroupFiles(int pid)
{
    private readonly CgroupHierarchies _hierarchies = CgroupHierarchies.Detect();

    public bool IsV2 => _hierarchies.Mode == CgroupMode.V2;

    public string Memory => Read("memory", IsV2 ? "memory.max" : "memory.limit_in_bytes");

    /// <summary>v1: memory and swap together; v2: swap alone. Null where swap is not accounted for.</summary>
    public string? Swap => TryRead("memory", IsV2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");

    /// <summary>Shares (v1) or the weight (v2).</summary>
    public string Cpu => Read("cpu", IsV2 ? "cpu.weight" : "cpu.shares");

    /// <summary>"QUOTA PERIOD"; the quota of none is "max".</summary>
    public string Quota => IsV2 ? Read("cpu", "cpu.max") : $"{Read("cpu", "cpu.cfs_quota_us")} {Read("cpu", "cpu.cfs_period_us")}".Replace("-1 ", "max ", StringComparison.Ordinal);

    public string Cpus => Read("cpuset", IsV2 ? "cpuset.cpus.effective" : "cpuset.cpus");

    public override string ToString() => $"memory {Memory}, swap {Swap}, cpu {Cpu}, quota {Quota}, cpus {Cpus}";

    private string Read(string controller, string file) => TryRead(controller, file) ?? throw new InvalidOperationException($"process {pid} has no {file}");

    private string? TryRead(string controller, string file)
    {
        var hierarchy = _hierarchies.Find(controller) ?? throw new InvalidOperationException($"this host has no controller {controller}");
        var path = Path.Combine(hierarchy.DirectoryOf(_hierarchies.PathsOf(pid)![hierarchy]), file);
        return File.Exists(path) ? File.ReadAllText(path).TrimEnd() : null;
    }
}
