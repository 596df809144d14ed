using CriSharp.Linux.Namespaces;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Specs;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Sandboxes;

/// <summary>The user namespace of a pod that has one of its own, from what its record says.</summary>
/// <param name="Users">One range, from 0 on.</param>
/// <param name="Groups">One range, from 0 on.</param>
internal sealed record PodUserNamespace(IdMapping Users, IdMapping Groups)
{
    /// <returns>Null: the pod has the host's.</returns>
    public static PodUserNamespace? Of(PodSandboxRecord record) => UserNamespaceRules.OfSandbox(record.Namespaces) is { } mappings
        ? new PodUserNamespace(ToMapping(mappings.Users), ToMapping(mappings.Groups))
        : null;

    public static string PathOf(InstanceFolders folders, PodSandboxId id) => NamespacePins.PathOf(folders.NamespacesOf(id), NamespaceKinds.User);

    public SnapshotIds IdsOf(InstanceFolders folders, PodSandboxId id) => new(PathOf(folders, id), Users, Groups);

    private static IdMapping ToMapping(SpecIdMapping mapping) => new(mapping.ContainerId, mapping.HostId, mapping.Size);
}
