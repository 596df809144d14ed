using CriSharp.Linux.Cgroups;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Where monitors live under systemd. The best place is a unit of their own beside the daemon's, for what ends "all processes" of
/// the daemon's unit (systemctl kill, an OOM kill of its cgroup) does not end them there. Else a cgroup below the daemon's own,
/// where systemd has handed that over. No controllers are enabled in either: a cgroup that hands some down holds no processes.
/// </summary>
internal static class MonitorCgroups
{
    /// <summary>Unit in the same slice, with Delegate=yes.</summary>
    public const string Unit = "crisharp-monitors.service";

    private const string OwnLeaf = "monitors";

    /// <returns>Folders, one for each hierarchy that systemd has us in; none where it did not start us: monitors stay with the daemon.</returns>
    public static IReadOnlyList<string> Make(CgroupHierarchies hierarchies)
    {
        var own = hierarchies.PathsOf(Environment.ProcessId) ?? new Dictionary<CgroupHierarchy, CgroupPath>();
        if (own.Values.FirstOrDefault(path => !path.IsRoot && hierarchies.IsDelegated(path)) is not { } service)
        {
            return [];
        }

        // On v1 systemd leaves some hierarchies alone, and we do too.
        var ours = own.Where(place => place.Value == service).Select(place => place.Key).ToList();
        var unit = service.Parent.IsRoot ? CgroupPath.Parse(Unit) : service.Parent.Append(Unit);
        if (hierarchies.IsDelegated(unit))
        {
            return [.. ours.Where(hierarchy => hierarchy.Has(unit)).Select(hierarchy => hierarchy.DirectoryOf(unit))];
        }

        var leaf = service.Append(OwnLeaf);
        foreach (var hierarchy in ours)
        {
            Directory.CreateDirectory(hierarchy.DirectoryOf(leaf));
        }

        return [.. ours.Select(hierarchy => hierarchy.DirectoryOf(leaf))];
    }
}
