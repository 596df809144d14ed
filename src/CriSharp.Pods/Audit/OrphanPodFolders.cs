using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Audit;

/// <summary>Run folders of pods: their files and their shared memory.</summary>
public sealed class OrphanPodFolders(IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "pod folder";

    public IEnumerable<Finding> Find() => Ids(_folders.SandboxRuns)
        .Where(id => !owners.Owns($"{id}"))
        .Select(id => new Finding(Kind, $"{id}", $"{_folders.RunOf(id)} is the run folder of a pod that no record has")
        {
            OwnerId = $"{id}",
            Since = Ages.Of(_folders.RunOf(id)),
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        var folder = _folders.RunOf(PodSandboxId.Parse(finding.Subject));
        InstanceMounts.UnmountBelow(folder);
        TreeRemoval.Remove(folder);
        return Task.CompletedTask;
    }

    internal static IEnumerable<PodSandboxId> Ids(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)).Where(name => ContainerId.TryParse(name, out _)).Select(PodSandboxId.Parse)
        : [];
}
