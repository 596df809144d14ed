namespace CriSharp.Pods.Metrics;

/// <summary>Figures that are told together.</summary>
[Flags]
public enum PodMetricGroups
{
    /// <summary>Only that a container is there.</summary>
    None = 0,
    Cpu = 1 << 0,
    Disk = 1 << 1,
    DiskIO = 1 << 2,
    Hugetlb = 1 << 3,
    Memory = 1 << 4,
    Network = 1 << 5,
    Oom = 1 << 6,
    Process = 1 << 7,
    Spec = 1 << 8,
    Pressure = 1 << 9,
    All = (1 << 10) - 1,
}
