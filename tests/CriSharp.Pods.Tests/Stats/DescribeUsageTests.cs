using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Pods.Stats;

namespace CriSharp.Pods.Tests.Stats;

public sealed class DescribeUsageTests
{
    [Fact]
    public void Unknown_IsLeftOutAndNeverZero()
    {
        Assert.Null(DescribeUsage.Cpu(CgroupUsage.Unknown, nanoCores: null, at: 1));
        Assert.Null(DescribeUsage.Memory(CgroupUsage.Unknown, at: 1));
        Assert.Null(DescribeUsage.Swap(CgroupUsage.Unknown, at: 1));
        Assert.Null(DescribeUsage.Io(CgroupUsage.Unknown, at: 1));
        Assert.Null(DescribeUsage.WritableLayer(null));
    }

    [Fact]
    public void Memory_WhenOnlySomeIsKnown_HasThatMuch()
    {
        var memory = DescribeUsage.Memory(new CgroupUsage { MemoryBytes = 7 }, at: 1)!;

        Assert.Equal(new MemoryUsage { Timestamp = 1, UsageBytes = new UInt64Value { Value = 7 } }, memory);
    }

    [Fact]
    public void Sum_WhenOnePartIsNotKnown_IsNotKnown()
    {
        var pod = new LinuxPodSandboxStats { Containers = { Using(cpu: 5, memory: 10, workingSet: 4), Using(cpu: 6, memory: 20, workingSet: null) } };

        PodSum.AddTo(pod, at: 1);

        Assert.Equal((11UL, 30UL), (pod.Cpu.UsageCoreNanoSeconds.Value, pod.Memory.UsageBytes.Value));
        Assert.Null(pod.Memory.WorkingSetBytes);
        Assert.Null(pod.Cpu.UsageNanoCores);
    }

    [Fact]
    public void Sum_OfNoContainers_IsNotKnown()
    {
        var pod = new LinuxPodSandboxStats();

        PodSum.AddTo(pod, at: 1);

        Assert.Equal(new LinuxPodSandboxStats(), pod);
    }

    private static ContainerStats Using(ulong cpu, ulong memory, ulong? workingSet) => new()
    {
        Cpu = new CpuUsage { UsageCoreNanoSeconds = DescribeUsage.Value(cpu) },
        Memory = new MemoryUsage { UsageBytes = DescribeUsage.Value(memory), WorkingSetBytes = DescribeUsage.Value(workingSet) },
    };
}
