using System.Globalization;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace ConmonSharp;

/// <summary>Ends everything below the monitor: whatever loses its parent becomes the subreaper's child, level by level.</summary>
internal static class Descendants
{
    private const int RoundMilliseconds = 20;
    private const int MostRounds = 250;

    /// <returns>False: something could not be killed within five seconds.</returns>
    public static bool KillAll(MonitorLoop loop)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (!loop.Children.Reap())
            {
                return true;
            }

            foreach (var word in SmallFile.TryRead("/proc/thread-self/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                OwnProcess.SignalChild(int.Parse(word, CultureInfo.InvariantCulture), Signals.SIGKILL);
            }

            // SIGCHLD ends the wait early.
            var late = loop.Deadlines.After(RoundMilliseconds, static () => { });
            loop.RunOnce();
            loop.Deadlines.Cancel(late);
        }

        return false;
    }
}
