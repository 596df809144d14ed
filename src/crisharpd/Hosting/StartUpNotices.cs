namespace CriSharp.Daemon.Hosting;

/// <summary>
/// While the daemon starts: tells systemd what it does, and asks for more time. Not for ever, so that a start that hangs is ended and
/// tried again. Ends when disposed of.
/// </summary>
internal sealed class StartUpNotices : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly SystemdNotifier _systemd;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private volatile string _stage;

    private StartUpNotices(SystemdNotifier systemd, TimeProvider time, string stage)
    {
        (_systemd, _time, _stage, _startedAt) = (systemd, time, stage, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Tell(), null, TimeSpan.Zero, Period);
    }

    public static StartUpNotices Begin(SystemdNotifier systemd, TimeProvider time, string stage) => new(systemd, time, stage);

    /// <param name="stage">"finds pods again".</param>
    public void Enter(string stage)
    {
        _stage = stage;
        Tell();
    }

    public void Dispose() => _timer.Dispose();

    private void Tell()
    {
        var taken = _time.GetElapsedTime(_startedAt);
        if (taken < Limit)
        {
            _systemd.Starting($"{_stage}, for {taken.TotalSeconds:0} s", Extension);
        }
    }
}
