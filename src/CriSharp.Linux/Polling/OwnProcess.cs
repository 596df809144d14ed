using System.Runtime.InteropServices;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Polling;

/// <summary>What a program does to itself to outlive who started it.</summary>
public static class OwnProcess
{
    /// <summary>Leads a session of its own from now on, if it doesn't already. setsid(2)</summary>
    public static void LeaveSession()
    {
        if (Libc.NewSession() < 0 && Marshal.GetLastPInvokeError() != Errno.EPERM)
        {
            throw LinuxException.Last("setsid");
        }
    }

    /// <summary>Puts a descriptor at one of the standard numbers, where it stays over exec. dup2(2)</summary>
    public static void SetStandardDescriptor(SafeHandle source, int number) =>
        LinuxException.ThrowIfFailed(Libc.Duplicate(source, number), "dup2", $"{number}");

    /// <summary>Signals a child that is not reaped yet (its number can be no other process's), or with a negative number its process group.</summary>
    /// <returns>False: there is no such process.</returns>
    public static bool SignalChild(int pid, int signal)
    {
        if (pid is 0 or 1 or -1)
        {
            throw new ArgumentOutOfRangeException(nameof(pid), pid, "names no child");
        }

        if (Libc.Kill(pid, signal) == 0)
        {
            return true;
        }

        var failure = LinuxException.Last("kill", $"{pid}");
        return failure.ErrorNumber == Errno.ESRCH ? false : throw failure;
    }
}
