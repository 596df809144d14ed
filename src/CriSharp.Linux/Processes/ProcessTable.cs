using System.Globalization;
using System.Text;

namespace CriSharp.Linux.Processes;

/// <summary>A process of this moment.</summary>
/// <param name="Arguments">Its command line, the program's name first.</param>
public sealed record ProcessEntry(ProcessIdentity Identity, IReadOnlyList<string> Arguments);

/// <summary>Reads /proc: what runs beside us in our own PID namespace. What a process says of itself is its own word; proc(5)</summary>
public static class ProcessTable
{
    private const int CommandLineLimitBytes = 64 * 1024;
    private const int MountsLimitBytes = 16 << 20;

    /// <summary>All processes with a command line: no kernel threads, no zombies.</summary>
    public static IEnumerable<ProcessEntry> Read()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessIdentity.TryRead(pid) is { } identity
                && IsOfOurs(pid)
                && ProcFile.TryRead($"{directory}/cmdline", CommandLineLimitBytes) is { } line)
            {
                yield return new ProcessEntry(identity, Encoding.UTF8.GetString(line).TrimEnd('\0').Split('\0'));
            }
        }
    }

    /// <summary>Whether the mounts that a process sees hold a text, such as the folder that its root file system is made of.</summary>
    public static bool SeesMountOf(int pid, string text)
    {
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/mountinfo");
            return Encoding.UTF8.GetString(Files.FileDescriptor.ReadToEnd(file, MountsLimitBytes, $"/proc/{pid}/mountinfo")).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsOfOurs(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget is { } theirs && theirs == new FileInfo("/proc/self/ns/pid").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
