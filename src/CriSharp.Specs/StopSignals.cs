using System.Globalization;
using CriSharp.Cri.V1;

namespace CriSharp.Specs;

/// <summary>Which signal ends a container: the pod's word, else the image's, else SIGTERM. Numbers are Linux' on x86 and Arm.</summary>
public static class StopSignals
{
    private const int Terminate = 15;
    private const int FirstRealTime = 34;
    private const int LastRealTime = 64;

    private static readonly (string Name, int Number, Signal Cri)[] Named =
    [
        ("HUP", 1, Signal.Sighup), ("INT", 2, Signal.Sigint), ("QUIT", 3, Signal.Sigquit), ("ILL", 4, Signal.Sigill), ("TRAP", 5, Signal.Sigtrap),
        ("ABRT", 6, Signal.Sigabrt), ("IOT", 6, Signal.Sigiot), ("BUS", 7, Signal.Sigbus), ("FPE", 8, Signal.Sigfpe), ("KILL", 9, Signal.Sigkill),
        ("USR1", 10, Signal.Sigusr1), ("SEGV", 11, Signal.Sigsegv), ("USR2", 12, Signal.Sigusr2), ("PIPE", 13, Signal.Sigpipe),
        ("ALRM", 14, Signal.Sigalrm), ("TERM", Terminate, Signal.Sigterm), ("STKFLT", 16, Signal.Sigstkflt), ("CHLD", 17, Signal.Sigchld),
        ("CLD", 17, Signal.Sigcld), ("CONT", 18, Signal.Sigcont), ("STOP", 19, Signal.Sigstop), ("TSTP", 20, Signal.Sigtstp),
        ("TTIN", 21, Signal.Sigttin), ("TTOU", 22, Signal.Sigttou), ("URG", 23, Signal.Sigurg), ("XCPU", 24, Signal.Sigxcpu),
        ("XFSZ", 25, Signal.Sigxfsz), ("VTALRM", 26, Signal.Sigvtalrm), ("PROF", 27, Signal.Sigprof), ("WINCH", 28, Signal.Sigwinch),
        ("IO", 29, Signal.Sigio), ("POLL", 29, Signal.Sigpoll), ("PWR", 30, Signal.Sigpwr), ("SYS", 31, Signal.Sigsys),
    ];

    /// <param name="imageStopSignal">"SIGTERM", "term", "15", "RTMIN+3" or empty; what can't be read counts as empty.</param>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: a value that the enumeration doesn't have.</exception>
    public static int Resolve(Signal asked, string imageStopSignal) =>
        asked == Signal.RuntimeDefault ? Parse(imageStopSignal) ?? Terminate : NumberOf(asked);

    /// <summary>The name by which ContainerStatus reports a number.</summary>
    public static Signal ToCri(int number)
    {
        foreach (var (_, named, cri) in Named)
        {
            if (named == number)
            {
                return cri;
            }
        }

        // The enumeration counts RTMIN to RTMIN+15, then RTMAX-14 to RTMAX, without a gap.
        return number is >= FirstRealTime and <= LastRealTime ? Signal.Sigrtmin + (number - FirstRealTime) : Signal.RuntimeDefault;
    }

    /// <returns>Null for what is no signal.</returns>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is >= 1 and <= LastRealTime ? number : null;
        }

        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        foreach (var (known, value, _) in Named)
        {
            if (known == name)
            {
                return value;
            }
        }

        return RealTime(name, "RTMIN", '+', FirstRealTime, 1) ?? RealTime(name, "RTMAX", '-', LastRealTime, -1);
    }

    private static int? RealTime(string name, string from, char sign, int number, int direction)
    {
        if (!name.StartsWith(from, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name.AsSpan(from.Length);
        if (rest.IsEmpty)
        {
            return number;
        }

        return rest[0] == sign
            && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var distance)
            && distance <= LastRealTime - FirstRealTime
                ? number + (direction * distance)
                : null;
    }

    private static int NumberOf(Signal asked)
    {
        foreach (var (_, number, cri) in Named)
        {
            if (cri == asked)
            {
                return number;
            }
        }

        return asked is >= Signal.Sigrtmin and <= Signal.Sigrtmax
            ? FirstRealTime + (asked - Signal.Sigrtmin)
            : throw Refusal.Invalid($"stop_signal {(int)asked} is no signal");
    }
}
