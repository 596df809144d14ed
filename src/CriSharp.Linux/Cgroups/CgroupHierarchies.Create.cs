namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    private const UnixFileMode FolderMode = (UnixFileMode)0x1ED; // 0755

    /// <summary>
    /// Makes the cgroup and its missing parents in every hierarchy. What is there already stays as it is. After a failure what was made is removed.
    /// </summary>
    /// <param name="delegation">What the parents hand down on cgroup v2. Never ask for controllers below a cgroup that systemd runs.</param>
    /// <returns>The folders that did not exist before, parents first: what <see cref="RemoveMade"/> takes back.</returns>
    /// <exception cref="LinuxException">The kernel refuses, or the file system is read-only.</exception>
    public IReadOnlyList<string> Create(CgroupPath path, CgroupDelegation delegation)
    {
        var made = new List<string>();
        try
        {
            foreach (var hierarchy in All)
            {
                foreach (var part in path.SelfAndAncestors())
                {
                    if (delegation == CgroupDelegation.AllControllers && Mode == CgroupMode.V2)
                    {
                        HandDownControllers(hierarchy.DirectoryOf(part.Parent));
                    }

                    CreateDirectory(hierarchy.DirectoryOf(part), made);
                    if (hierarchy.Controllers.Contains("cpuset") && !hierarchy.IsUnified)
                    {
                        InheritCpuset(hierarchy, part);
                    }
                }
            }

            return made;
        }
        catch
        {
            RemoveMade(made);
            throw;
        }
    }

    /// <summary>Moves a process, with all its threads, into the cgroup of every hierarchy.</summary>
    /// <exception cref="LinuxException">ESRCH: no such process; ENOENT: the cgroup was not made; EBUSY: a v2 cgroup that hands down controllers.</exception>
    public void Attach(CgroupPath path, int pid)
    {
        foreach (var directory in DirectoriesOf(path))
        {
            var members = Path.Combine(directory, "cgroup.procs");
            var errorNumber = CgroupFile.Write(members, $"{pid}");
            if (errorNumber != 0)
            {
                throw new LinuxException("write", $"{pid} to {members}", errorNumber);
            }
        }
    }

    private static void CreateDirectory(string directory, List<string> made)
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(directory, FolderMode);
            made.Add(directory);
        }
        catch (IOException failure)
        {
            throw new LinuxException("mkdir", directory, failure.HResult);
        }
    }

    // A v1 cpuset starts empty, and nothing can be attached until it names processors and memory nodes. cpuset(7)
    private static void InheritCpuset(CgroupHierarchy hierarchy, CgroupPath path)
    {
        foreach (var file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
        {
            var own = Path.Combine(hierarchy.DirectoryOf(path), file);
            if (string.IsNullOrWhiteSpace(CgroupFile.TryRead(own)) && CgroupFile.TryRead(Path.Combine(hierarchy.DirectoryOf(path.Parent), file)) is { } inherited)
            {
                _ = CgroupFile.Write(own, inherited.Trim());
            }
        }
    }

    // One by one: a controller that can't be handed down (in use by v1, real-time tasks) must not keep the others back.
    private static void HandDownControllers(string directory)
    {
        var control = Path.Combine(directory, "cgroup.subtree_control");
        var offered = CgroupFile.TryRead(Path.Combine(directory, "cgroup.controllers"))?.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        var enabled = CgroupFile.TryRead(control)?.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var controller in offered.Except(enabled))
        {
            _ = CgroupFile.Write(control, $"+{controller}");
        }
    }
}

/// <summary>Which controllers a new cgroup's parents let it have (v2; on v1 every cgroup has its mount's).</summary>
public enum CgroupDelegation
{
    /// <summary>As the parents are: for cgroups that only hold processes together, and for what systemd runs.</summary>
    AsItIs,
    /// <summary>All that each parent has itself.</summary>
    AllControllers,
}
