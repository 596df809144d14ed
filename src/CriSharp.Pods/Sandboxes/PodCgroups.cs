using System.Diagnostics.CodeAnalysis;
using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Where the containers of a pod stand in the cgroup tree, as each driver writes it. systemd makes slices itself. A pod keeps the driver
/// that it was made by, which its record tells: the administrator may have chosen the other one since.
/// </summary>
/// <param name="driver">Of new pods.</param>
[SuppressMessage("Performance", "CA1822", Justification = "A question to the pods' cgroups, like its others.")]
public sealed class PodCgroups(CgroupHierarchies hierarchies, CgroupDriver driver)
{
    /// <summary>Parent of the pods whose clients name none.</summary>
    private const string DefaultRoot = "crisharp";

    /// <summary>Of a container's scope under systemd: what is behind it is read as the container's id.</summary>
    private const string ScopePrefix = "crisharp";

    private const string SliceSuffix = ".slice";

    private static readonly CgroupPath DefaultFolder = CgroupPath.Parse(DefaultRoot);
    private static readonly CgroupPath DefaultSlice = CgroupPath.FromSlice(DefaultRoot + SliceSuffix);

    /// <summary>cgroupsPath of config.json.</summary>
    public string PathFor(PodSandboxRecord sandbox, ContainerId container) => IsSlice(sandbox.CgroupParent)
        ? $"{sandbox.CgroupParent}:{ScopePrefix}:{container}"
        : CgroupOf(sandbox, container).ToString();

    /// <summary>Whether <see cref="PathFor"/> has named it for a runtime that makes cgroups through systemd.</summary>
    internal static bool IsSystemds(string cgroupsPath) => cgroupsPath.Split(':') is [var slice, _, _] && IsSlice(slice);

    /// <summary>What <see cref="PathFor"/> has named.</summary>
    /// <returns>Null: nothing that a driver would name.</returns>
    internal CgroupPath? PathOf(string cgroupsPath)
    {
        try
        {
            return cgroupsPath.Split(':') is [var slice, var prefix, var name] && IsSlice(slice)
                ? CgroupPath.FromSlice(slice).Append($"{prefix}-{name}.scope")
                : CgroupPath.Parse(cgroupsPath);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A container's folder by controller; "" is the unified hierarchy.</summary>
    internal Dictionary<string, string> DirectoriesOf(PodSandboxRecord sandbox, ContainerId container)
    {
        var path = CgroupOf(sandbox, container);
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

    internal CgroupPath CgroupOf(PodSandboxRecord sandbox, ContainerId container) =>
        Parse(sandbox.CgroupParent).Append(IsSlice(sandbox.CgroupParent) ? $"{ScopePrefix}-{container}.scope" : $"{container}");

    /// <summary>The cgroup that holds the pod's containers.</summary>
    /// <returns>Null where it surely is not the pod's own: the parent of all pods whose clients name none, or the root.</returns>
    internal CgroupPath? TryFindOwn(PodSandboxRecord sandbox) =>
        Parse(sandbox.CgroupParent) is { IsRoot: false } path && path != DefaultFolder && path != DefaultSlice ? path : null;

    /// <summary>Where this node's pods put their containers, and the parents of those whose clients name none.</summary>
    internal IEnumerable<CgroupPath> ParentsOf(IEnumerable<PodSandboxRecord> sandboxes) =>
        sandboxes.Select(sandbox => Parse(sandbox.CgroupParent)).Append(DefaultFolder).Append(DefaultSlice).Distinct();

    /// <summary>Whose cgroup it is, by its name: of a container, or of a pod below the default parent.</summary>
    /// <returns>Null: of neither. systemd's slices are none: it makes and removes them itself.</returns>
    internal string? OwnerOf(CgroupPath cgroup)
    {
        var name = cgroup.Name;
        var id = cgroup.Parent.IsRoot || IsSlice(cgroup.Parent.Name) ? Between(name, $"{ScopePrefix}-", ".scope")
            : cgroup.Parent == DefaultFolder ? Between(name, "pod", "")
            : name;
        return ContainerId.TryParse(id, out _) ? id : null;
    }

    /// <exception cref="RuntimeException">InvalidArgument: not of the form that the driver takes.</exception>
    internal void Validate(string parent)
    {
        if (parent.Length == 0)
        {
            return;
        }

        if ((driver == CgroupDriver.Systemd) != parent.EndsWith(SliceSuffix, StringComparison.Ordinal))
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
        return driver == CgroupDriver.Systemd ? DefaultRoot + SliceSuffix : $"/{DefaultRoot}/pod{id}";
    }

    /// <summary>What <see cref="Make"/> will make, to be recorded before it does.</summary>
    internal IReadOnlyList<string> MissingFor(string parent)
    {
        if (driver == CgroupDriver.Systemd)
        {
            return [];
        }

        var path = Parse(parent);
        return [.. path.SelfAndAncestors().SelectMany(hierarchies.DirectoriesOf).Where(directory => IsOurs(directory) || !Directory.Exists(directory))];
    }

    internal void Make(PodSandboxRecord sandbox)
    {
        if (driver == CgroupDriver.Cgroupfs)
        {
            hierarchies.Create(Parse(sandbox.CgroupParent), CgroupDelegation.AllControllers);
        }
    }

    /// <summary>Idempotent. What another pod uses stays; what lay in hierarchies that this node has no more is gone.</summary>
    internal void Remove(PodSandboxRecord sandbox) => hierarchies.RemoveMade(sandbox.MadeCgroups.Where(hierarchies.Hold));

    /// <summary>The common parent was made by whichever pod came first: the last one removes it.</summary>
    private bool IsOurs(string directory) => hierarchies.DirectoriesOf(DefaultFolder).Contains(directory);

    private static string? Between(string text, string prefix, string suffix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(suffix, StringComparison.Ordinal) && text.Length > prefix.Length + suffix.Length
            ? text[prefix.Length..^suffix.Length]
            : null;

    /// <summary>The kubelet also tells where the slice lies: "/kubepods.slice/kubepods-pod1.slice". Its name says that already.</summary>
    private static string SliceOf(string parent) => parent[(parent.LastIndexOf('/') + 1)..];

    /// <param name="parent">As <see cref="ParentOf"/> gave it: of a path there is never only such a name.</param>
    private static bool IsSlice(string parent) => parent.EndsWith(SliceSuffix, StringComparison.Ordinal) && !parent.Contains('/');

    private static CgroupPath Parse(string parent) => IsSlice(parent) ? CgroupPath.FromSlice(parent) : CgroupPath.Parse(parent);

    private static RuntimeException Invalid(string parent, string why) =>
        new(ErrorKind.InvalidArgument, $"pod sandbox config: cgroup_parent \"{parent}\" can't be used: {why}");
}
