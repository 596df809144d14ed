using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Mounts;

/// <summary>One line of mountinfo.</summary>
/// <param name="Id">Unique among the mounts of this moment.</param>
/// <param name="Root">Which part of the file system is shown; for a pinned namespace "net:[4026531840]".</param>
/// <param name="Options">Of this mount, such as "rw,nosuid".</param>
/// <param name="Propagation">Optional fields such as "shared:12"; empty when private.</param>
/// <param name="SuperOptions">Of the file system.</param>
public sealed record MountEntry(
    int Id,
    int ParentId,
    (uint Major, uint Minor) Device,
    string Root,
    string Target,
    string Options,
    string Propagation,
    string Type,
    string Source,
    string SuperOptions);

/// <summary>Reads /proc/self/mountinfo, proc_pid_mountinfo(5).</summary>
public static class MountTable
{
    private const int LimitBytes = 64 << 20;

    /// <summary>All mounts of this process' mount namespace, in the order they lie over each other.</summary>
    public static IReadOnlyList<MountEntry> Read()
    {
        using var file = HostPath.Open("/proc/thread-self/mountinfo", OpenFlags.ReadOnly);
        return Parse(Encoding.UTF8.GetString(FileDescriptor.ReadToEnd(file, LimitBytes, "/proc/thread-self/mountinfo")));
    }

    /// <summary>Whether something is mounted exactly there; nothing there is no. The path is absolute and without links.</summary>
    public static bool IsMountPoint(string target)
    {
        using var place = HostPath.TryOpen(target, OpenFlags.PathOnly | OpenFlags.NoFollow);
        return place is not null && (FileDescriptor.Stat(place).IsMountRoot ?? Read().Any(entry => entry.Target == target));
    }

    /// <summary>The mount that a path (absolute, without links) lies on: of those that lie over each other the topmost.</summary>
    public static MountEntry? Covering(string path) => Read()
        .Reverse()
        .Where(entry => entry.Target == "/" || path == entry.Target || path.StartsWith(entry.Target + "/", StringComparison.Ordinal))
        .MaxBy(entry => entry.Target.Length);

    /// <exception cref="FormatException">A line is not as proc_pid_mountinfo(5) says.</exception>
    internal static IReadOnlyList<MountEntry> Parse(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine)];

    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    private static MountEntry ParseLine(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        if (separator < 0 || fields.Length < separator + 4)
        {
            throw new FormatException($"mountinfo has a line that is not understood: {line}");
        }

        var device = fields[2].Split(':');
        return new MountEntry(
            Number(fields[0]),
            Number(fields[1]),
            ((uint)Number(device[0]), (uint)Number(device[1])),
            Unescape(fields[3]),
            Unescape(fields[4]),
            fields[5],
            string.Join(' ', fields[6..separator]),
            fields[separator + 1],
            Unescape(fields[separator + 2]),
            fields[separator + 3]);
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Space, tab, newline and backslash are written as \ooo.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0')));
                i += 3;
                continue;
            }

            text.Append(field[i]);
        }

        return text.ToString();
    }
}
