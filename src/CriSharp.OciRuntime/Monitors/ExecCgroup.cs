using CriSharp.Linux.Cgroups;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>
/// A cgroup of an exec's own, below the container's, so that whatever the command starts can be killed as one.
/// The limits of the container go on holding, since they are its parent's.
/// </summary>
/// <param name="Directories">Absolute folders in /sys/fs/cgroup that have to exist before the runtime is called.</param>
/// <param name="RuntimeArguments">For "runtime exec".</param>
public sealed record ExecCgroup(IReadOnlyList<string> Directories, IReadOnlyList<string> RuntimeArguments)
{
    /// <summary>Key of the unified (v2) hierarchy in a map of cgroups, as in /proc/pid/cgroup.</summary>
    public const string Unified = "";

    // One hierarchy suffices to find the processes. The freezer can also stop a fork bomb; none of these costs accounting time.
    private static readonly string[] PreferredControllers = ["freezer", "pids", "name=systemd", "devices"];

    /// <param name="containerCgroups">As <see cref="CgroupHierarchies.PathsOf"/> said it when the container was created.</param>
    /// <inheritdoc cref="For(IReadOnlyDictionary{string, string}, string)"/>
    public static ExecCgroup For(IReadOnlyDictionary<CgroupHierarchy, CgroupPath> containerCgroups, string execId)
    {
        var folders = new Dictionary<string, string>();
        foreach (var (hierarchy, path) in containerCgroups)
        {
            string[] names = hierarchy.IsUnified ? [Unified] : [.. hierarchy.Controllers];
            foreach (var name in names)
            {
                folders[name] = hierarchy.DirectoryOf(path);
            }
        }

        return For(folders, execId);
    }

    /// <summary>
    /// runc takes --cgroup relative to the container's cgroup: PATH for all hierarchies, or CONTROLLER:PATH for one; crun takes PATH on v2.
    /// On a v1 or hybrid host one controller is named, since the unified hierarchy there has no name to give.
    /// </summary>
    /// <param name="containerCgroups">
    /// The container's absolute folder by controller ("" for v2), as they were when it was created: a systemd in the container moves its init further down.
    /// </param>
    public static ExecCgroup For(IReadOnlyDictionary<string, string> containerCgroups, string execId)
    {
        var name = $"exec-{execId}";
        foreach (var controller in PreferredControllers)
        {
            if (containerCgroups.TryGetValue(controller, out var directory))
            {
                return new ExecCgroup([Path.Combine(directory, name)], ["--cgroup", $"{controller}:{name}"]);
            }
        }

        return containerCgroups.TryGetValue(Unified, out var unified)
            ? new ExecCgroup([Path.Combine(unified, name)], ["--cgroup", name])
            : throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"exec {execId}: the container is in no cgroup that could hold one for the command ({string.Join(", ", containerCgroups.Keys)})");
    }
}
