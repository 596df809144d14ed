using System.Globalization;
using System.Text;

namespace CriSharp.TestSupport.Leftovers;

/// <summary>Processes of this machine, without zombies and without this one.</summary>
public static class ProcessListing
{
    private const int LimitBytes = 256 * 1024;

    /// <returns>"PID COMMAND LINE" of each whose command line, environment, executable, working folder or (in a mount namespace of its own) mounts hold one of the texts.</returns>
    public static IEnumerable<string> Marked(IReadOnlyList<string> markers)
    {
        if (markers.Count == 0)
        {
            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == System.Environment.ProcessId)
            {
                continue;
            }

            var commandLine = Read(directory, "cmdline");
            var traces = string.Join('\n', commandLine, Read(directory, "environ"), Link(directory, "exe"), Link(directory, "cwd"), OwnMounts(directory));
            // A zombie has none of these.
            if (markers.Any(marker => traces.Contains(marker, StringComparison.Ordinal)))
            {
                yield return $"{pid} {commandLine.Trim()}";
            }
        }
    }

    // A container's process tells nothing of its instance but by the layers that its root file system is made of. Others with mounts of their
    // own, such as udev's workers, have copies of all that was mounted when they began.
    private static string OwnMounts(string directory) =>
        Link(directory, "ns/mnt") == Link("/proc/self", "ns/mnt")
            ? string.Empty
            : Read(directory, "mountinfo").Split('\n').FirstOrDefault(line => line.Split(' ') is [_, _, _, _, "/", ..]) ?? string.Empty;

    private static string Read(string directory, string name)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(directory, name));
            var buffer = new byte[LimitBytes];
            return Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)).Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static string Link(string directory, string name)
    {
        try
        {
            return new FileInfo(Path.Combine(directory, name)).LinkTarget ?? string.Empty;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
