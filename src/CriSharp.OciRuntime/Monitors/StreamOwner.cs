using CriSharp.Oci;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>
/// Who the pipes of a process in a user namespace have to belong to: it writes to them anyhow, but opens them again (/dev/stdout) only as
/// their owner, and to the host's root it has no way.
/// </summary>
/// <param name="UserId">On the host.</param>
/// <param name="GroupId">On the host.</param>
public sealed record StreamOwner(uint UserId, uint GroupId)
{
    /// <returns>Null: a process in the host's user namespace, for which the OCI runtime cares itself.</returns>
    public static StreamOwner? Of(RuntimeSpec spec) => spec.Linux is { UidMappings: [var users, ..], GidMappings: [var groups, ..] }
        ? new StreamOwner(users.HostId + spec.Process.User.Uid, groups.HostId + spec.Process.User.Gid)
        : null;
}
