using System.Globalization;
using System.Runtime.InteropServices;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Namespaces;

/// <summary>
/// A verb of the static pause program: "pause namespaces FLAGS" makes the namespaces in a child, writes "PID ERRNO" to its standard output,
/// and both live until their standard input ends, which is at the latest when the daemon does.
/// <para>unshare(2) makes a user namespace only for a process with one thread, and this runtime always has two. The child of a fork has one;
/// it must run no code of the runtime but what is on this page: no allocation, no transition, no exception.</para>
/// </summary>
public static unsafe class NamespaceHolder
{
    public const string Verb = "namespaces";

    /// <summary>Longest answer, with its line break.</summary>
    internal const int AnswerLimitBytes = 32;

    public static bool IsAsked(string[] arguments) => arguments.Length == 2 && arguments[0] == Verb;

    /// <param name="arguments">The verb, and CLONE_NEW* as a decimal number.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        if (!int.TryParse(arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out var flags))
        {
            return 2;
        }

        var child = Libc.ForkWithoutTransition();
        if (child == 0)
        {
            Hold(flags);
        }

        if (child < 0)
        {
            Answer(0, Marshal.GetLastSystemError());
            return 1;
        }

        const int P_PID = 1;
        var ignored = stackalloc byte[ChildProcess.SignalInfoBytes];
        while (Libc.WaitId(P_PID, child, ignored, Libc.WEXITED) != 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }

        return 0;
    }

    private static void Hold(int flags)
    {
        var error = Libc.UnshareWithoutTransition(flags) == 0 ? 0 : Marshal.GetLastSystemError();
        Answer(Libc.ProcessIdWithoutTransition(), error);
        byte unread;
        _ = error == 0 ? Libc.ReadWithoutTransition(0, &unread, 1) : 0;
        Libc.ExitWithoutTransition(0);
    }

    private static void Answer(int pid, int error)
    {
        var line = stackalloc byte[AnswerLimitBytes];
        var start = AnswerLimitBytes;
        line[--start] = (byte)'\n';
        start = PutDigits(line, start, error);
        line[--start] = (byte)' ';
        start = PutDigits(line, start, pid);
        _ = Libc.WriteWithoutTransition(1, line + start, (nuint)(AnswerLimitBytes - start));
    }

    private static int PutDigits(byte* line, int end, int number)
    {
        do
        {
            line[--end] = (byte)('0' + (number % 10));
            number /= 10;
        }
        while (number > 0);

        return end;
    }
}
