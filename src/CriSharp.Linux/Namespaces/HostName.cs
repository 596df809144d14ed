namespace CriSharp.Linux.Namespaces;

/// <summary>The name of this host, whole: .NET's Environment.MachineName ends before the first dot.</summary>
public static class HostName
{
    /// <returns>That of the UTS namespace of the calling thread.</returns>
    public static string Read() => File.ReadAllText("/proc/sys/kernel/hostname").TrimEnd('\n');
}
