using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Audit;

/// <summary>Namespaces that are kept for a pod by bind mounts.</summary>
public sealed class OrphanNamespaces(IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "namespaces";

    public IEnumerable<Finding> Find() => OrphanPodFolders.Ids(_folders.SandboxRuns)
        .Where(id => Directory.Exists(_folders.NamespacesOf(id)) && !owners.Owns($"{id}"))
        .Select(id => new Finding(Kind, $"{id}", $"{_folders.NamespacesOf(id)} pins the namespaces of a pod that no record has")
        {
            OwnerId = $"{id}",
            Since = Ages.Of(_folders.NamespacesOf(id)),
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        NamespacePins.Unpin(_folders.NamespacesOf(PodSandboxId.Parse(finding.Subject)));
        return Task.CompletedTask;
    }
}
