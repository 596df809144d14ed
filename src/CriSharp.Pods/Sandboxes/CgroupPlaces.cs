using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Where the containers of a pod stand in the cgroup tree. A pod keeps the driver that it was made by, which its record tells: the administrator may
/// have chosen the other one since.
/// </summary>
internal static class CgroupPlaces
{
    /// <summary>Parent of the pods whose clients name none.</summary>
    public const string DefaultRoot = "crisharp";

    /// <summary>Of a container's scope under systemd: what is behind it is read as the container's id.</summary>
    private const string ScopePrefix = "crisharp";

    public const string SliceSuffix = ".slice";

    /// <summary>Of those under cgroupfs.</summary>
    public static readonly CgroupPath DefaultFolder = CgroupPath.Parse(DefaultRoot);
    private static readonly CgroupPath DefaultSlice = CgroupPath.FromSlice(DefaultRoot + SliceSuffix);

    /// <summary>cgroupsPath of config.json.</summary>
    public static string PathFor(PodSandboxRecord sandbox, ContainerId container) => IsSlice(sandbox.CgroupParent)
        ? $"{sandbox.CgroupParent}:{ScopePrefix}:{container}"
        : CgroupOf(sandbox, container).ToString();

    /// <summary>Whether <see cref="PathFor"/> has named it for a runtime that makes cgroups through systemd.</summary>
    public static bool IsSystemds(string cgroupsPath) => cgroupsPath.Split(':') is [var slice, _, _] && IsSlice(slice);

    /// <summary>What <see cref="PathFor"/> has named.</summary>
    /// <returns>Null: nothing that a driver would name.</returns>
    public static CgroupPath? PathOf(string cgroupsPath)
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

    public static CgroupPath CgroupOf(PodSandboxRecord sandbox, ContainerId container) =>
        Parse(sandbox.CgroupParent).Append(IsSlice(sandbox.CgroupParent) ? $"{ScopePrefix}-{container}.scope" : $"{container}");

    /// <summary>The cgroup that holds the pod's containers.</summary>
    /// <returns>Null where it surely is not the pod's own: the parent of all pods whose clients name none, or the root.</returns>
    public static CgroupPath? TryFindOwn(PodSandboxRecord sandbox) =>
        Parse(sandbox.CgroupParent) is { IsRoot: false } path && path != DefaultFolder && path != DefaultSlice ? path : null;

    /// <summary>Where this node's pods put their containers, and the parents of those whose clients name none.</summary>
    public static IEnumerable<CgroupPath> ParentsOf(IEnumerable<PodSandboxRecord> sandboxes) =>
        sandboxes.Select(sandbox => Parse(sandbox.CgroupParent)).Append(DefaultFolder).Append(DefaultSlice).Distinct();

    /// <summary>Whose cgroup it is, by its name: of a container, or of a pod below the default parent.</summary>
    /// <returns>Null: of neither. systemd's slices are none: it makes and removes them itself.</returns>
    public static string? OwnerOf(CgroupPath cgroup)
    {
        var name = cgroup.Name;
        var id = cgroup.Parent.IsRoot || IsSlice(cgroup.Parent.Name) ? Between(name, $"{ScopePrefix}-", ".scope")
            : cgroup.Parent == DefaultFolder ? Between(name, "pod", "")
            : name;
        return ContainerId.TryParse(id, out _) ? id : null;
    }

    public static CgroupPath Parse(string parent) => IsSlice(parent) ? CgroupPath.FromSlice(parent) : CgroupPath.Parse(parent);

    /// <param name="parent">As <see cref="PodCgroups.ParentOf"/> gave it: of a path there is never only such a name.</param>
    private static bool IsSlice(string parent) => parent.EndsWith(SliceSuffix, StringComparison.Ordinal) && !parent.Contains('/');

    private static string? Between(string text, string prefix, string suffix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(suffix, StringComparison.Ordinal) && text.Length > prefix.Length + suffix.Length
            ? text[prefix.Length..^suffix.Length]
            : null;
}
