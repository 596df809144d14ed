using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Host;
using CriSharp.Pods.Sandboxes;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Metrics;

/// <summary>One container's figures: of its cgroup, its processes and what it has written.</summary>
public sealed class ReadContainerMetrics(
    ContainerStore containers,
    CgroupHierarchies hierarchies,
    ContainerFileSystem fileSystem,
    ContainerImageNames imageNames,
    PodsOptions options)
{
    /// <summary>A new container's tree is small; a large one is told of by a later walk.</summary>
    private static readonly TimeSpan FirstWalkLimit = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyList<string> _pageSizes = HugepageSizes.Read();

    /// <returns>Null: it has ended meanwhile.</returns>
    internal async Task<ContainerMetrics?> TryReadAsync(PodSandbox sandbox, Container container, BlockDeviceNames devices, CancellationToken cancellationToken)
    {
        var path = CgroupPlaces.CgroupOf(sandbox.Record, container.Id);
        var pod = sandbox.Record.Config.Metadata;
        var metrics = new ContainerMetrics { ContainerId = container.Id.ToString() };
        var sheet = new MetricSheet(
            [path.ToString(), container.Id.ToString(), imageNames.Of(container), pod.Name, pod.Namespace, container.Record.Config.Metadata.Name], metrics.Metrics);
        sheet.Add(CadvisorMetrics.LastSeen, (ulong)options.Time.GetUtcNow().ToUnixTimeSeconds());
        AddCgroup(sheet, path, devices);
        if (Has(PodMetricGroups.Process))
        {
            AddProcesses(sheet, path, container);
        }

        if (Has(PodMetricGroups.Spec))
        {
            AddSpec(sheet, container);
        }

        if (Has(PodMetricGroups.Disk))
        {
            AddDisk(sheet, await fileSystem.UsageOfAsync(container.Id, FirstWalkLimit, cancellationToken), devices);
        }

        // Figures of a cgroup that is being emptied say nothing.
        var isThere = container.State is not ContainerState.Exited && containers.TryFind(container.Id.ToString(), out _) && hierarchies.Exists(path);
        return isThere ? metrics : null;
    }

    private bool Has(PodMetricGroups group) => (options.PodMetrics & group) != 0;

    private void AddCgroup(MetricSheet sheet, CgroupPath path, BlockDeviceNames devices)
    {
        if (Has(PodMetricGroups.Cpu))
        {
            sheet.Add(hierarchies.CpuFiguresOf(path));
        }

        var events = Has(PodMetricGroups.Memory | PodMetricGroups.Oom) ? hierarchies.MemoryEventsOf(path) : default;
        if (Has(PodMetricGroups.Memory))
        {
            sheet.Add(hierarchies.MemoryFiguresOf(path), events);
        }

        if (Has(PodMetricGroups.Oom))
        {
            sheet.Add(CadvisorMetrics.OomEvents, events.Kills);
        }

        if (Has(PodMetricGroups.DiskIO))
        {
            foreach (var traffic in hierarchies.TrafficOf(path))
            {
                sheet.Add(traffic, devices.Of(traffic.Major, traffic.Minor));
            }
        }

        if (Has(PodMetricGroups.Hugetlb))
        {
            foreach (var size in _pageSizes)
            {
                sheet.Add(hierarchies.HugetlbOf(path, size), size);
            }
        }

        if (Has(PodMetricGroups.Pressure))
        {
            sheet.Add(hierarchies.PressureOf(path));
        }
    }

    private void AddProcesses(MetricSheet sheet, CgroupPath path, Container container)
    {
        var pids = hierarchies.ProcessesOf(path);
        if (pids.Count > 0)
        {
            ulong files = 0, sockets = 0;
            foreach (var pid in pids)
            {
                var open = OpenFiles.TryCount(pid) ?? default;
                files += open.Files;
                sockets += open.Sockets;
            }

            sheet.Add(CadvisorMetrics.FileDescriptors, files);
            sheet.Add(CadvisorMetrics.Sockets, sockets);
            sheet.Add(CadvisorMetrics.Processes, (ulong)pids.Count);
        }

        sheet.Add(CadvisorMetrics.Threads, hierarchies.TaskCountOf(path));
        sheet.Add(CadvisorMetrics.ThreadsMax, hierarchies.TaskLimitOf(path));
        if (container.State is ContainerState.Running running)
        {
            sheet.Add(CadvisorMetrics.UlimitsSoft, OpenFiles.TryReadSoftLimit(running.Processes.Init.Pid), ["max_open_files"]);
        }
    }

    private static void AddSpec(MetricSheet sheet, Container container)
    {
        sheet.Add(container.Limits.InForce);
        if (container.State is ContainerState.Running running)
        {
            sheet.Add(CadvisorMetrics.StartTime, (ulong)running.StartedAt.ToUnixTimeSeconds());
        }
    }

    private static void AddDisk(MetricSheet sheet, ContainerFileSystemUsage? usage, BlockDeviceNames devices)
    {
        if (usage is null)
        {
            return;
        }

        var device = devices.OfPath(usage.MountPoint);
        var space = FileSystemSpace.Of(usage.MountPoint);
        sheet.Add(CadvisorMetrics.FsUsage, (ulong)usage.UsedBytes, [device], UnixTime.Nanoseconds(usage.At));
        sheet.Add(CadvisorMetrics.FsLimit, (ulong)space.TotalBytes, [device]);
        if (space.TotalInodes > 0)
        {
            sheet.Add(CadvisorMetrics.FsInodesTotal, (ulong)space.TotalInodes, [device]);
            sheet.Add(CadvisorMetrics.FsInodesFree, (ulong)space.FreeInodes, [device]);
        }
    }
}
