namespace CriSharp.Linux.Namespaces;

/// <summary>One line of /proc/PID/uid_map or gid_map: so many ids, from one inside a user namespace to one on the host. user_namespaces(7)</summary>
public readonly record struct IdMapping(uint InsideId, uint HostId, uint Length)
{
    /// <summary>As the kernel reads it.</summary>
    public override string ToString() => $"{InsideId} {HostId} {Length}";
}
