using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>Parents of pods in the cgroup tree, as each driver takes and makes them. systemd makes slices itself.</summary>
/// <param name="driver">Of new pods.</param>
public sealed class PodCgroups(CgroupHierarchies hierarchies, CgroupDriver driver)
{
    /// <summary>A container's folder by controller; "" is the unified hierarchy.</summary>
    internal Dictionary<string, string> DirectoriesOf(PodSandboxRecord sandbox, ContainerId container)
    {
        var path = CgroupPlaces.CgroupOf(sandbox, container);
        var directories = new Dictionary<string, string>();
        foreach (var hierarchy in hierarchies.All)
        {
            if (hierarchy.IsUnified)
            {
                directories[ExecCgroup.Unified] = hierarchy.DirectoryOf(path);
                continue;
            }

            foreach (var controller in hierarchy.Controllers)
            {
                directories[controller] = hierarchy.DirectoryOf(path);
            }
        }

        return directories;
    }

    /// <exception cref="RuntimeException">InvalidArgument: not of the form that the driver takes.</exception>
    internal void Validate(string parent)
    {
        if (parent.Length == 0)
        {
            return;
        }

        if ((driver == CgroupDriver.Systemd) != parent.EndsWith(CgroupPlaces.SliceSuffix, StringComparison.Ordinal))
        {
            throw Invalid(parent, $"the cgroup driver is {driver}: systemd takes a slice (kubepods-pod1.slice, with or without where it lies), cgroupfs a path (/kubepods/pod1)");
        }

        if (driver == CgroupDriver.Systemd && parent.Contains(':'))
        {
            throw Invalid(parent, "OCI runtimes take a colon for the end of the slice");
        }

        CgroupPath path;
        try
        {
            path = driver == CgroupDriver.Systemd ? CgroupPath.FromSlice(SliceOf(parent)) : CgroupPath.Parse(parent);
        }
        catch (FormatException malformed)
        {
            throw Invalid(parent, malformed.Message);
        }

        if (driver == CgroupDriver.Systemd && parent.Contains('/') && parent.TrimStart('/') != path.Value)
        {
            throw Invalid(parent, $"systemd puts the slice {SliceOf(parent)} at {path}");
        }
    }

    internal string ParentOf(PodSandboxId id, string asked)
    {
        if (asked.Length > 0)
        {
            // A relative path a runtime takes as one below its own cgroup.
            return driver == CgroupDriver.Systemd ? SliceOf(asked) : CgroupPath.Parse(asked).ToString();
        }

        // systemd makes a slice for its first scope but never ends it, which the kubelet does for its own pods: ours share one.
        return driver == CgroupDriver.Systemd ? CgroupPlaces.DefaultRoot + CgroupPlaces.SliceSuffix : $"/{CgroupPlaces.DefaultRoot}/pod{id}";
    }

    /// <summary>What <see cref="Make"/> will make, to be recorded before it does.</summary>
    internal IReadOnlyList<string> MissingFor(string parent)
    {
        if (driver == CgroupDriver.Systemd)
        {
            return [];
        }

        var path = CgroupPlaces.Parse(parent);
        return [.. path.SelfAndAncestors().SelectMany(hierarchies.DirectoriesOf).Where(directory => IsOurs(directory) || !Directory.Exists(directory))];
    }

    internal void Make(PodSandboxRecord sandbox)
    {
        if (driver == CgroupDriver.Cgroupfs)
        {
            hierarchies.Create(CgroupPlaces.Parse(sandbox.CgroupParent), CgroupDelegation.AllControllers);
        }
    }

    /// <summary>Idempotent. What another pod uses stays; what lay in hierarchies that this node has no more is gone.</summary>
    internal void Remove(PodSandboxRecord sandbox) => hierarchies.RemoveMade(sandbox.MadeCgroups.Where(hierarchies.Hold));

    /// <summary>The common parent was made by whichever pod came first: the last one removes it.</summary>
    private bool IsOurs(string directory) => hierarchies.DirectoriesOf(CgroupPlaces.DefaultFolder).Contains(directory);

    /// <summary>The kubelet also tells where the slice lies: "/kubepods.slice/kubepods-pod1.slice". Its name says that already.</summary>
    private static string SliceOf(string parent) => parent[(parent.LastIndexOf('/') + 1)..];

    private static RuntimeException Invalid(string parent, string why) =>
        new(ErrorKind.InvalidArgument, $"pod sandbox config: cgroup_parent \"{parent}\" can't be used: {why}");
}
