using System.Globalization;

namespace CriSharp.Linux.Processes;

/// <summary>Ends all that a program has left in the session it was started to lead.</summary>
internal static class ProcessSession
{
    /// <summary>Kills the leader's group, then whatever made a group of its own in the session.</summary>
    /// <param name="withGroup">The leader has not been reaped yet, so that the group is surely its own.</param>
    public static void Kill(int leader, bool withGroup)
    {
        if (withGroup && Libc.Kill(-leader, Signals.SIGKILL) != 0)
        {
            var failure = LinuxException.Last("kill", $"-{leader}");
            if (failure.ErrorNumber != Errno.ESRCH)
            {
                throw failure;
            }
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid != leader)
            {
                KillMember(pid, leader);
            }
        }
    }

    private static void KillMember(int pid, int leader)
    {
        if (ProcessIdentity.TryReadSession(pid) != leader)
        {
            return;
        }

        // The pidfd first, then the question again: the number may have changed hands in between.
        using var handle = PidHandle.TryOpen(pid);
        if (handle is not null && ProcessIdentity.TryReadSession(pid) == leader)
        {
            handle.Signal(Signals.SIGKILL);
        }
    }
}
