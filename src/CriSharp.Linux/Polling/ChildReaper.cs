using System.Runtime.InteropServices;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Polling;

/// <summary>
/// Reaps whatever child has ended, known or inherited: for a program that is a subreaper or pid 1, and the only reaper in it.
/// The daemon must not use it: there each party waits for its own children.
/// </summary>
public static class ChildReaper
{
    /// <summary>Orphans below this process become its children. prctl(2), PR_SET_CHILD_SUBREAPER</summary>
    public static void BecomeSubreaper() =>
        LinuxException.ThrowIfFailed(Libc.ProcessControl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");

    /// <summary>Whether it is there to be reaped, now or later.</summary>
    public static unsafe bool IsChild(int pid)
    {
        const int P_PID = 1;
        const int WNOWAIT = 0x01000000;
        var signalInfo = stackalloc byte[128];
        return Libc.WaitId(P_PID, pid, signalInfo, Libc.WEXITED | Libc.WNOHANG | WNOWAIT) == 0;
    }

    /// <returns>The pid of a child that had ended and is now gone; 0: none has ended; -1: there is no child at all.</returns>
    public static unsafe int TryReap(out ProcessExit exit)
    {
        int status;
        var pid = Libc.WaitPid(-1, &status, Libc.WNOHANG);
        exit = pid <= 0 ? default : ProcessExit.OfWaitStatus(status);
        if (pid >= 0)
        {
            return pid;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Errno.ECHILD ? -1 : throw new LinuxException("waitpid", null, error);
    }
}
