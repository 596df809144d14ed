using CriSharp.Linux.Files;

namespace ConmonSharp;

/// <summary>The user that this program runs as.</summary>
internal static class OwnUser
{
    /// <summary>The owner of its own entry in /proc.</summary>
    public static uint Id { get; } = Read();

    private static uint Read()
    {
        using var self = HostPath.Open("/proc/self", OpenFlags.ReadOnly | OpenFlags.Directory);
        return FileDescriptor.Stat(self).UserId;
    }
}
