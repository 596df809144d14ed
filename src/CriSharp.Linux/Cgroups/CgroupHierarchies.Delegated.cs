using CriSharp.Linux.Files;

namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    // systemd marks what it has handed over. https://systemd.io/CGROUP_DELEGATION
    private static readonly string[] DelegationMarks = ["trusted.delegate", "user.delegate"];

    /// <summary>Whether systemd has handed this cgroup over: below it we may make what we like, nowhere else.</summary>
    public bool IsDelegated(CgroupPath path) => DirectoriesOf(path).Any(IsMarked);

    private static bool IsMarked(string directory)
    {
        using var folder = HostPath.TryOpen(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        return folder is not null && DelegationMarks.Any(mark => ExtendedAttributes.TryGet(folder, UnixPath.Here, mark) is [(byte)'1']);
    }
}
