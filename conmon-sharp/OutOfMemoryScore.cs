using System.Globalization;
using CriSharp.Linux;

namespace ConmonSharp;

/// <summary>How readily the kernel kills this process for want of memory. proc_pid_oom_score_adj(5)</summary>
internal static class OutOfMemoryScore
{
    private const string Path = "/proc/self/oom_score_adj";

    /// <summary>Set after the OCI runtime was started, which would inherit it. Without CAP_SYS_RESOURCE a score can't be lowered: it stays.</summary>
    public static void SetOwn(int score)
    {
        try
        {
            SmallFile.Write(Path, score.ToString(CultureInfo.InvariantCulture));
        }
        catch (LinuxException refused) when (refused.ErrorNumber is Errno.EACCES or Errno.EPERM)
        {
            // Lowering wants a power that this root doesn't have.
        }
    }
}
