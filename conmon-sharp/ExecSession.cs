using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// One command run inside the container: <c>runtime exec --detach</c> starts it with the client's descriptors, the monitor inherits
/// and reaps it. Goes on when its client goes; ends by itself, by its time limit, or by KillExec.
/// </summary>
internal sealed class ExecSession
{
    private const int CleanUpRoundMilliseconds = 5;
    private const int MostCleanUpRounds = 1000;

    private readonly MonitorLoop _loop;
    private readonly ExecMessage _exec;
    private readonly ExecCgroup _cgroup;
    private readonly IExecClient _client;
    private readonly Action<ExecSession> _onOver;
    private Deadline? _timeLimit;
    private Deadline? _startLimit;
    private string? _startFailure;
    private int _runtimePid;
    private int _pid;
    private bool _killed;
    private bool _timedOut;

    /// <param name="onOver">Called once, when nothing of it is left.</param>
    public ExecSession(MonitorLoop loop, ExecMessage exec, IExecClient client, Action<ExecSession> onOver)
    {
        _loop = loop;
        _exec = exec;
        _cgroup = new ExecCgroup(exec.CgroupDirectories);
        _client = client;
        _onOver = onOver;
    }

    private string PidFile => $"{_exec.ProcessPath}.pid";

    private string LogFile => $"{_exec.ProcessPath}.log";

    /// <param name="streams">As <see cref="ExecMessage.Streams"/> says; closed here.</param>
    public void Start(RuntimeCommands runtime, IReadOnlyList<SafeFileHandle> streams)
    {
        try
        {
            _cgroup.Make();
            _runtimePid = runtime.StartExec(_exec, PidFile, LogFile, Descriptors(streams));
        }
        catch (IOException failure)
        {
            Fail(failure.Message);
            return;
        }

        _loop.Children.BeginUnknown();
        _loop.Children.Expect(_runtimePid, OnRuntimeExit);
        _startLimit = _loop.Deadlines.After(runtime.ExecTimeout, () => OnStartLimit(runtime.ExecTimeout));
        if (_exec.TimeoutMilliseconds > 0)
        {
            _timeLimit = _loop.Deadlines.After(_exec.TimeoutMilliseconds, OnTimeLimit);
        }
    }

    /// <summary>Kills the command and whatever it has started; the end is told as always.</summary>
    public void Kill()
    {
        if (_killed)
        {
            return;
        }

        _killed = true;
        if (_runtimePid != 0)
        {
            OwnProcess.SignalChild(_runtimePid, Signals.SIGKILL);
        }

        // It leads a session of its own, which is all there is where the exec has no cgroup.
        if (_pid != 0)
        {
            OwnProcess.SignalChild(-_pid, Signals.SIGKILL);
            OwnProcess.SignalChild(_pid, Signals.SIGKILL);
        }

        _cgroup.Kill();
    }

    private List<ChildDescriptor> Descriptors(IReadOnlyList<SafeFileHandle> streams)
    {
        List<ChildDescriptor> descriptors = [];
        var next = 0;
        for (var number = 0; number <= 2; number++)
        {
            if (((int)_exec.Streams & (1 << number)) != 0)
            {
                descriptors.Add(new ChildDescriptor(number, streams[next++]));
            }
        }

        return descriptors;
    }

    private void OnTimeLimit()
    {
        _timeLimit = null;
        _timedOut = true;
        Kill();
    }

    private void OnStartLimit(TimeSpan limit)
    {
        _startLimit = null;
        _startFailure = $"the OCI runtime's exec took longer than {limit.TotalSeconds:0} s and was killed";
        Kill();
    }

    private void OnRuntimeExit(ProcessExit exit)
    {
        _runtimePid = 0;
        _loop.Deadlines.Cancel(_startLimit);
        if (!exit.IsSuccess)
        {
            _loop.Children.EndUnknown();
            if (_startFailure is not null)
            {
                Fail(_startFailure);
                return;
            }

            if (_killed)
            {
                End(new ProcessExit(0, Signals.SIGKILL));
                return;
            }

            var words = SmallFile.TryReadWords(LogFile);
            Fail(words.Length > 0 ? words : $"the OCI runtime's exec ended with {exit}");
            return;
        }

        var failure = ReadPid();
        RemoveFiles();
        if (failure is not null)
        {
            _loop.Children.EndUnknown();
            Fail(failure);
            return;
        }

        _client.OnStarted(_pid);
        _loop.Children.Expect(_pid, OnExit);
        _loop.Children.EndUnknown();
        if (_killed && _pid != 0)
        {
            // The time was over between the start and now.
            _killed = false;
            Kill();
        }
    }

    /// <returns>Null, or why the command's end could not be known.</returns>
    private string? ReadPid()
    {
        try
        {
            var pid = SmallFile.ReadPid(PidFile);
            if (!_loop.Children.Knows(pid))
            {
                return $"the OCI runtime named {pid} as the command's process, which is none below the monitor";
            }

            _pid = pid;
            return null;
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
    }

    private void OnExit(ProcessExit exit)
    {
        _pid = 0;
        End(exit);
    }

    private void End(ProcessExit exit)
    {
        var message = new ExecExitMessage(exit.ShellCode, exit.Signal == 0 ? null : exit.Signal, _timedOut);
        CleanUp(() => _client.OnExited(message), round: 0);
    }

    private void Fail(string message)
    {
        Kill();
        CleanUp(() => _client.OnFailed(message), round: 0);
    }

    /// <param name="tell">Null: told already. A kill is told when nothing is left; an end at once, its cgroup's removal is not waited for.</param>
    private void CleanUp(Action? tell, int round)
    {
        _loop.Deadlines.Cancel(_timeLimit);
        if (_killed)
        {
            _cgroup.Kill();
        }
        else
        {
            _cgroup.MoveToContainer();
        }

        var removed = _cgroup.TryRemove() || round == MostCleanUpRounds;
        if (removed || !_killed)
        {
            RemoveFiles();
            tell?.Invoke();
            tell = null;
        }

        if (removed)
        {
            _onOver(this);
            return;
        }

        _loop.Deadlines.After(CleanUpRoundMilliseconds, () => CleanUp(tell, round + 1));
    }

    private void RemoveFiles()
    {
        TryRemove(PidFile);
        TryRemove(LogFile);
    }

    /// <summary>They go with the container's folder at the latest: the command's start and end are told all the same.</summary>
    private static void TryRemove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Read-only, or no file.
        }
    }
}

/// <summary>Who asked for an exec; may be gone by now.</summary>
internal interface IExecClient
{
    void OnStarted(int pid);

    void OnFailed(string message);

    void OnExited(ExecExitMessage exit);
}
