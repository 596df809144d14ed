using System.Runtime.InteropServices;

namespace CriSharp.Linux.Processes;

/// <summary>
/// Asks the kernel how the process of a pidfd ended, whoever reaped it: since Linux 6.15, and only once it is reaped. The headers of most
/// distributions don't know it yet: include/uapi/linux/pidfd.h (PIDFD_GET_INFO, PIDFD_INFO_EXIT, struct pidfd_info).
/// </summary>
internal static unsafe class PidExit
{
    // struct pidfd_info of 6.15: mask, cgroupid (8 bytes each); pid, tgid, ppid, four pairs of ids; exit_code (4 bytes each).
    private const int AnswerBytes = 64;
    private const int ExitCodeOffset = 60;

    /// <summary>PIDFD_INFO_EXIT</summary>
    private const ulong ExitMask = 1 << 3;

    /// <summary>PIDFD_GET_INFO: _IOWR(0xFF, 11, struct pidfd_info)</summary>
    private const nuint Request = (3u << 30) | (AnswerBytes << 16) | (0xFFu << 8) | 11;

    /// <returns>Null: not reaped yet, or the kernel does not tell.</returns>
    public static ProcessExit? TryRead(SafeHandle pidfd)
    {
        var answer = stackalloc byte[AnswerBytes];
        new Span<byte>(answer, AnswerBytes).Clear();
        *(ulong*)answer = ExitMask;

        // ENOTTY, EINVAL: an older kernel; ESRCH: reaped, and nobody noted how it ended.
        if (Libc.PidfdControl(pidfd, Request, answer) != 0 || (*(ulong*)answer & ExitMask) == 0)
        {
            return null;
        }

        return ProcessExit.OfWaitStatus(*(int*)(answer + ExitCodeOffset));
    }
}
