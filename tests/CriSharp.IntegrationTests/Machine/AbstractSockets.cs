namespace CriSharp.IntegrationTests.Machine;

/// <summary>Sockets that have a name but no file: a pod on the host's network could reach them (CVE-2020-15257).</summary>
internal static class AbstractSockets
{
    /// <returns>Lines of /proc/net/unix.</returns>
    public static IEnumerable<string> Of(int pid)
    {
        var inodes = Directory.EnumerateFiles($"/proc/{pid}/fd").Select(path => new FileInfo(path).LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(target => target["socket:[".Length..^1]).ToHashSet(StringComparer.Ordinal);
        return File.ReadLines("/proc/net/unix").Where(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var inode, ['@', ..]] && inodes.Contains(inode));
    }
}
