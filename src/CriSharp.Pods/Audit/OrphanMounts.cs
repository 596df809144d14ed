using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Storage;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Mounts below root, run root and image store that belong to no pod and no container. Those in a run folder go with that, those in a staging folder
/// with what is made there.
/// </summary>
public sealed class OrphanMounts(IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "mount";

    public IEnumerable<Finding> Find() => Find(MountTable.Read(), InstanceMounts.Roots(_folders));

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        InstanceMounts.UnmountBelow(finding.Subject);
        return Task.CompletedTask;
    }

    internal IEnumerable<Finding> Find(IReadOnlyList<MountEntry> mounts, IReadOnlyList<string> roots)
    {
        foreach (var target in mounts.Select(mount => mount.Target).Distinct())
        {
            // Where one root lies in the other, the inner one is meant.
            var root = roots.Where(root => target != root && InstanceMounts.IsAtOrBelow(target, root)).MaxBy(root => root.Length);
            if (root is not null && !roots.Contains(target) && Judge(target, target[(root.Length + 1)..].Split('/')) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private Finding? Judge(string target, string[] parts)
    {
        if (parts.Contains(StagingFolders.Name) || (parts.Length == 1 && InstanceFolders.IsOwn(parts[0])))
        {
            return null;
        }

        var id = parts.FirstOrDefault(part => ContainerId.TryParse(part, out _));
        if (id is null)
        {
            return new Finding(Kind, target, "something is mounted in a folder of this instance, in a place that it does not use") { Removal = Removal.WhenAsked };
        }

        return owners.Owns(id) || parts[0] is "sandboxes" or "containers"
            ? null
            : new Finding(Kind, target, "something is mounted in the folder of a container that no record has") { OwnerId = id };
    }
}
