using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace ConmonSharp;

/// <summary>The monitor's only thread: descriptors, ended children, signals and deadlines, one after another.</summary>
internal sealed class MonitorLoop : IDisposable
{
    private const int SIGHUP = 1;
    private const int SIGINT = 2;
    private const int SIGPIPE = 13;
    private const int SIGXFSZ = 25;
    private const int FailurePauseMilliseconds = 50;

    private readonly SignalDescriptor _signals;
    private bool _over;

    public MonitorLoop()
    {
        SignalDescriptor.Ignore(SIGHUP);
        SignalDescriptor.Ignore(SIGPIPE);
        SignalDescriptor.Ignore(SIGXFSZ);
        _signals = SignalDescriptor.Open(Signals.SIGCHLD, Signals.SIGTERM, SIGINT);
        Poll.Add(_signals.Handle, PollEvents.Readable, _ => TakeSignals());
    }

    public PollLoop Poll { get; } = new();

    public Deadlines Deadlines { get; } = new();

    public ChildExits Children { get; } = new();

    /// <summary>Called on SIGTERM and SIGINT.</summary>
    public Action? OnTerminate { get; set; }

    public void End() => _over = true;

    public void Run()
    {
        while (!_over)
        {
            try
            {
                RunOnce();
            }
            catch (IOException)
            {
                // Out of descriptors, of memory: a monitor that dies of it loses its container's log and exit code. What is still to be done
                // comes again, but for ended children, whose signal may be spent.
                Thread.Sleep(FailurePauseMilliseconds);
                Children.Reap();
            }
        }
    }

    public void RunOnce()
    {
        Poll.Wait(Deadlines.MillisecondsToNext());
        Deadlines.RunDue();
    }

    public void Dispose() => _signals.Dispose();

    private void TakeSignals()
    {
        int signal;
        while ((signal = _signals.TryRead()) != 0)
        {
            if (signal != Signals.SIGCHLD)
            {
                OnTerminate?.Invoke();
            }
        }

        Children.Reap();
    }
}
