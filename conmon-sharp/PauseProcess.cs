using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace ConmonSharp;

/// <summary>
/// The process that holds a pod's shared PID namespace: pid 1 there. Reaps what the pod's containers orphan, and ends when it is told to.
/// </summary>
internal static class PauseProcess
{
    private const string Name = "pause";
    private const int SIGINT = 2;

    /// <summary>It is called pause, or that is its first argument.</summary>
    public static bool IsAsked(string[] arguments) =>
        (arguments.Length > 0 && arguments[0] == Name)
        || Environment.GetCommandLineArgs()[0].EndsWith(Name, StringComparison.Ordinal);

    public static int Run()
    {
        using var signals = SignalDescriptor.Open(Signals.SIGCHLD, Signals.SIGTERM, SIGINT);
        var loop = new PollLoop();
        var over = false;
        loop.Add(signals.Handle, PollEvents.Readable, _ => over |= signals.TryRead() is Signals.SIGTERM or SIGINT);
        while (!over)
        {
            // First: children may have ended before the signals were blocked.
            while (ChildReaper.TryReap(out var _) > 0)
            {
            }

            loop.Wait(-1);
        }

        return 0;
    }
}
