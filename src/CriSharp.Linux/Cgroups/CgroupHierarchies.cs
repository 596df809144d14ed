using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Cgroups;

/// <summary>
/// All cgroup hierarchies of this host, seen once at start. A cgroup here is the same path in each of them.
/// Limits are the OCI runtime's; this makes, finds, empties and removes.
/// </summary>
public sealed partial class CgroupHierarchies
{
    private static readonly HashSet<string> ControllersOfV1 =
    [
        "blkio", "cpu", "cpuacct", "cpuset", "debug", "devices", "dmem", "freezer", "hugetlb", "memory", "misc", "net_cls", "net_prio", "perf_event", "pids", "rdma",
    ];

    private CgroupHierarchies(IReadOnlyList<CgroupHierarchy> all)
    {
        All = all;
        Mode = !all.Any(hierarchy => hierarchy.IsUnified) ? CgroupMode.V1
            : all.Count > 1 ? CgroupMode.Hybrid
            : CgroupMode.V2;
    }

    public CgroupMode Mode { get; }

    public IReadOnlyList<CgroupHierarchy> All { get; }

    /// <summary>Null on a host with v1 alone.</summary>
    public CgroupHierarchy? Unified => All.FirstOrDefault(hierarchy => hierarchy.IsUnified);

    /// <exception cref="IOException">No cgroup file system is mounted.</exception>
    public static CgroupHierarchies Detect() => FromMountTable(MountTable.Read());

    /// <summary>The hierarchy that holds a v1 controller ("memory", "name=systemd"), or the unified one where that controller is v2's.</summary>
    public CgroupHierarchy? Find(string controller) => All.FirstOrDefault(hierarchy => hierarchy.Controllers.Contains(controller));

    /// <summary>Whether an OCI runtime can limit by this controller: on a host with both versions, runtimes use those of v1 alone.</summary>
    public bool CanLimit(string controller) => Find(controller) is { } hierarchy && (Mode == CgroupMode.V2 || !hierarchy.IsUnified);

    /// <summary>The folders of a cgroup, one for each hierarchy, whether or not they exist.</summary>
    public IEnumerable<string> DirectoriesOf(CgroupPath path) => All.Select(hierarchy => hierarchy.DirectoryOf(path));

    public bool Exists(CgroupPath path) => All.Any(hierarchy => hierarchy.Has(path));

    /// <summary>The cgroups right below one, of every hierarchy, each once; names that no caller may give are left out.</summary>
    public IEnumerable<CgroupPath> ChildrenOf(CgroupPath path) => DirectoriesOf(path)
        .SelectMany(CgroupTree.ChildNames)
        .Distinct()
        .Select(name => CgroupPath.TryAppend(path, name))
        .OfType<CgroupPath>();

    /// <summary>Where a process is. Hierarchies in which it is outside the mounted part are left out.</summary>
    /// <returns>Null when there is no such process.</returns>
    public IReadOnlyDictionary<CgroupHierarchy, CgroupPath>? PathsOf(int pid) =>
        CgroupFile.TryRead($"/proc/{pid}/cgroup") is { Length: > 0 } text ? ParsePaths(text) : null;

    /// <summary>Processes in the cgroup and in all below it, of every hierarchy, each once; without zombies.</summary>
    public IReadOnlySet<int> Pids(CgroupPath path)
    {
        var pids = new SortedSet<int>();
        foreach (var hierarchy in All)
        {
            CgroupTree.Visit(hierarchy.DirectoryOf(path), directory => pids.UnionWith(CgroupFile.ReadPids(directory)));
        }

        return pids;
    }

    internal static CgroupHierarchies FromMountTable(IReadOnlyList<MountEntry> mounts)
    {
        var found = new List<CgroupHierarchy>();
        foreach (var mount in mounts.Where(mount => mount.Type is "cgroup" or "cgroup2"))
        {
            var isUnified = mount.Type == "cgroup2";
            var controllers = isUnified
                ? CgroupFile.TryRead(Path.Combine(mount.Target, "cgroup.controllers"))?.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? []
                : mount.SuperOptions.Split(',').Where(IsController);
            var hierarchy = new CgroupHierarchy(mount.Target, mount.Root, isUnified, controllers.ToHashSet());

            // The same hierarchy mounted again (a container's bind, a chroot) is no further one.
            if (!found.Any(known => known.IsUnified == isUnified && (isUnified || known.Controllers.SetEquals(hierarchy.Controllers))))
            {
                found.Add(hierarchy);
            }
        }

        return found.Count > 0 ? new CgroupHierarchies(found) : throw new IOException("no cgroup file system is mounted on this host: containers can't be run");
    }

    internal IReadOnlyDictionary<CgroupHierarchy, CgroupPath> ParsePaths(string text)
    {
        var paths = new Dictionary<CgroupHierarchy, CgroupPath>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // cgroups(7): hierarchy-ID:controller-list:cgroup-path, where "0::" is v2
            var fields = line.Split(':', 3);
            var hierarchy = fields.Length < 3 ? null
                : fields[0] == "0" ? Unified
                : All.FirstOrDefault(candidate => !candidate.IsUnified && candidate.Controllers.SetEquals(fields[1].Split(',').Where(IsController)));
            if (hierarchy is not null && RelativeTo(hierarchy.MountRoot, fields[2]) is { } path)
            {
                paths[hierarchy] = path;
            }
        }

        return paths;
    }

    private static CgroupPath? RelativeTo(string mountRoot, string path)
    {
        const string deleted = " (deleted)";
        var prefix = mountRoot.TrimEnd('/');
        if ((path != prefix && !path.StartsWith(prefix + '/', StringComparison.Ordinal)) || path.EndsWith(deleted, StringComparison.Ordinal))
        {
            return null;
        }

        // Above the root of our cgroup namespace the kernel writes "/..": nothing that we could name.
        var relative = path[prefix.Length..].Trim('/');
        return relative.Split('/').Contains("..") ? null : CgroupPath.FromKernel(relative);
    }

    // Among a v1 mount's options stand settings and a security module's words ("seclabel"), too, which grow in number; v1's controllers don't.
    private static bool IsController(string word) => ControllersOfV1.Contains(word) || word.StartsWith("name=", StringComparison.Ordinal);
}
