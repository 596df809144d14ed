using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Asks the daemon at intervals whether it is healthy and tells systemd, which ends a service that has not been healthy for long enough.
/// It has a thread of its own, so that a pool without threads is seen and named before that. systemd.service(5), WatchdogSec=
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>So often is asked within the time that systemd gives.</summary>
    private const int AsksPerLimit = 3;

    private static readonly TimeSpan PeriodWithoutLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _isOver = new();
    private readonly SystemdNotifier _systemd;
    private readonly DaemonHealth _health;
    private readonly Func<string> _status;
    private readonly ILogger _log;
    private readonly TimeSpan _period;
    private readonly TimeSpan _answerLimit;
    private volatile Question? _open;

    private Watchdog(SystemdNotifier systemd, DaemonHealth health, Func<string> status, ILogger log)
    {
        (_systemd, _health, _status, _log) = (systemd, health, status, log);
        _period = systemd.WatchdogLimit is { } limit ? limit / AsksPerLimit : PeriodWithoutLimit;
        _answerLimit = _period < LongestAnswer ? _period : LongestAnswer;
    }

    /// <param name="status">One line for systemctl status.</param>
    /// <returns>Null where nobody listens.</returns>
    public static Watchdog? Start(SystemdNotifier systemd, DaemonHealth health, Func<string> status, ILogger log)
    {
        if (!systemd.IsHeard)
        {
            return null;
        }

        var watchdog = new Watchdog(systemd, health, status, log);
        new Thread(watchdog.Run) { IsBackground = true, Name = "watchdog" }.Start();
        return watchdog;
    }

    /// <summary>A daemon that stops closes its sockets: it is not ill for that.</summary>
    public void Dispose() => _isOver.Set();

    private void Run()
    {
        var failures = 0;
        while (!_isOver.Wait(failures == 0 ? _period : _period / 2))
        {
            var failure = Ask();
            if (_isOver.IsSet)
            {
                return;
            }

            failures = failure is null ? 0 : failures + 1;
            if (failure is null)
            {
                _systemd.Healthy(_status());
                continue;
            }

            _systemd.Unhealthy($"does not serve: {failure}");
            if (_systemd.WatchdogLimit is { } limit)
            {
                _log.UnhealthyUntilKilled(failures, failure, limit.TotalSeconds);
            }
            else
            {
                _log.Unhealthy(failures, failure);
            }
        }
    }

    /// <summary>One question at a time: where the last one hangs, that is the answer.</summary>
    private string? Ask()
    {
        var question = _open ??= new Question(_health, _answerLimit);
        if (!question.IsAnsweredWithin(_answerLimit + _answerLimit / 2))
        {
            return $"it asked itself and got no answer, not even that of the deadline of {_answerLimit.TotalSeconds:0.#} s: "
                + $"{ThreadPool.ThreadCount} threads, {ThreadPool.PendingWorkItemCount} things wait for one";
        }

        _open = null;
        return question.Failure;
    }

    private sealed class Question
    {
        private readonly object _door = new();
        private bool _isAnswered;

        public Question(DaemonHealth health, TimeSpan limit) => _ = Task.Run(async () =>
        {
            Failure = await health.FailureAsync(limit);
            lock (_door)
            {
                _isAnswered = true;
                Monitor.PulseAll(_door);
            }
        });

        public string? Failure { get; private set; }

        public bool IsAnsweredWithin(TimeSpan limit)
        {
            lock (_door)
            {
                return _isAnswered || Monitor.Wait(_door, limit);
            }
        }
    }
}
