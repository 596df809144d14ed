using CriSharp.Linux.Namespaces;

namespace CriSharp.Storage.Snapshots;

/// <summary>
/// The user namespace through which a container sees its files. Layers lie on the disk once, with the ids of the image, and are mapped
/// when they are mounted; what the container writes lies there with the host's ids.
/// </summary>
/// <param name="UserNamespacePath">A file that names the namespace.</param>
public sealed record SnapshotIds(string UserNamespacePath, IdMapping Users, IdMapping Groups)
{
    /// <returns>The owner on the host; null where the container has no such ids.</returns>
    internal (uint UserId, uint GroupId)? OnHost(uint userId, uint groupId) =>
        userId < Users.Length && groupId < Groups.Length ? (Users.HostId + userId, Groups.HostId + groupId) : null;
}
