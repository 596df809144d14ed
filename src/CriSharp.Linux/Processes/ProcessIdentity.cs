using System.Globalization;
using System.Text;

namespace CriSharp.Linux.Processes;

/// <summary>Names a process over a restart of the daemon: a pid comes back, but not with the same start time in one boot.</summary>
/// <param name="StartTicks">Clock ticks from boot to the start of the process; field 22 of /proc/pid/stat.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    private const int LimitBytes = 4096;
    private const int FieldsAfterNameToStart = 19;

    /// <returns>Null when there is no such process. A zombie still has an identity.</returns>
    public static ProcessIdentity? TryRead(int pid)
    {
        var text = ProcFile.TryRead($"/proc/{pid}/stat", LimitBytes);
        return text is null ? null : new ProcessIdentity(pid, ParseField(text, FieldsAfterNameToStart));
    }

    /// <summary>The session of a process (field 6), or null when it has gone.</summary>
    internal static int? TryReadSession(int pid)
    {
        var text = ProcFile.TryRead($"/proc/{pid}/stat", LimitBytes);
        return text is null ? null : (int)ParseField(text, 3);
    }

    // The name, field 2, may itself hold spaces and parentheses: fields are counted from the last one on. proc_pid_stat(5)
    private static long ParseField(byte[] text, int fieldAfterName)
    {
        var fields = Encoding.Latin1.GetString(text);
        var parts = fields[(fields.LastIndexOf(')') + 2)..].Split(' ');
        return parts.Length > fieldAfterName
            ? long.Parse(parts[fieldAfterName], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : throw new FormatException("/proc/pid/stat is shorter than the kernel documents");
    }
}
