using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// The life of a monitor:
/// 1. leave the daemon's session and cgroup, become the subreaper;
/// 2. open log and socket, have the OCI runtime create the container;
/// 3. report its pid; if nobody takes the report, undo it all: a retry makes another one;
/// 4. hold its output, serve the socket;
/// 5. when it has exited: record that durably, announce it, drain, end.
/// </summary>
internal sealed class ContainerMonitor(MonitorArguments arguments) : IDisposable
{
    private const int ExitFileRetryMilliseconds = 1000;
    private const int LongestDrainMilliseconds = 2000;

    private readonly MonitorLoop _loop = new();
    private readonly List<ExecSession> _execs = [];
    private SafeFileHandle? _report;
    private ContainerLog? _log;
    private ControlSocket? _control;
    private ContainerStreams? _streams;
    private OutOfMemoryWatch? _memory;
    private ExitRecord? _recorded;
    private bool _durable;
    private bool _drained;
    private int _pid;

    public RuntimeCommands Runtime { get; } = new(arguments);

    /// <summary>What watchers are told: an exit only once it is recorded.</summary>
    public StateMessage State => new(_pid, _recorded);

    public bool HasExited { get; private set; }

    /// <returns>The program's exit code: 0 when there was a container and all went well, 1 when there was none.</returns>
    public int Run()
    {
        _report = arguments.ReportDescriptor < 0 ? null : new SafeFileHandle(arguments.ReportDescriptor, ownsHandle: true);
        if (!Launch())
        {
            return 1;
        }

        _loop.Run();
        return 0;
    }

    /// <exception cref="IOException">The old file stays in use.</exception>
    public void ReopenLog() => _log!.Reopen();

    public ContainerStreams Streams => _streams!;

    public ExecSession AddExec(ExecMessage exec, IExecClient client)
    {
        var session = new ExecSession(_loop, exec, client, OnExecOver);
        _execs.Add(session);
        return session;
    }

    private bool Launch()
    {
        try
        {
            OwnProcess.LeaveSession();
            ChildReaper.BecomeSubreaper();
            foreach (var cgroup in arguments.MonitorCgroups)
            {
                SmallFile.Write($"{cgroup}/cgroup.procs", "0");
            }

            _log = new ContainerLog(arguments.LogPath, TimeProvider.System, arguments.LogDirectory);
            _control = new ControlSocket(this, _loop, arguments.Socket);
            _streams = new ContainerStreams(_loop, arguments);
            return Create(new ContainerCreation(_loop, arguments, Runtime, _streams));
        }
        catch (IOException failure)
        {
            Report(new LaunchReport(-1, failure.Message));
            return false;
        }
    }

    private bool Create(ContainerCreation creation)
    {
        _loop.OnTerminate = () => creation.Abort("the monitor was told to end");
        if (_report is not null)
        {
            _loop.Poll.Add(_report, PollEvents.None, _ => creation.Abort("nobody waits for the container any more"));
        }

        var created = creation.Run();
        if (_report is not null)
        {
            _loop.Poll.Remove(_report);
        }

        if (created.Failure is not null)
        {
            Report(new LaunchReport(-1, created.Failure));
            return false;
        }

        _pid = created.Pid;
        try
        {
            _streams!.Begin(_log!, arguments.LogLineLimitBytes);
            _memory = OutOfMemoryWatch.TryOpen(_loop, _pid);
        }
        catch (IOException failure)
        {
            Report(new LaunchReport(-1, creation.Undo(failure.Message).Failure));
            return false;
        }

        // From here on the container lives as long as it wants, whatever becomes of the daemon.
        _loop.OnTerminate = null;
        if (!Report(new LaunchReport(_pid, null)))
        {
            creation.Undo("");
            return false;
        }

        Settle();
        return true;
    }

    private void Settle()
    {
        _streams!.OnEnd = EndIfOver;
        _control!.Open();
        using (var nothing = HostPath.Open("/dev/null", OpenFlags.ReadWrite))
        {
            for (var number = 0; number <= 2; number++)
            {
                OwnProcess.SetStandardDescriptor(nothing, number);
            }
        }

        if (arguments.OutOfMemoryScore is { } score)
        {
            OutOfMemoryScore.SetOwn(score);
        }

        _loop.Children.Expect(_pid, OnExit);
        _loop.Children.EndUnknown();
    }

    /// <returns>False: nobody reads it.</returns>
    private bool Report(LaunchReport report)
    {
        if (_report is null)
        {
            return true;
        }

        var taken = DescriptorTransfer.Write(_report, report.Format()) > 0;
        _report.Dispose();
        _report = null;
        return taken;
    }

    private void OnExit(ProcessExit exit)
    {
        HasExited = true;

        // First of all: systemd may remove the cgroup, and its counter with it, while the output is drained.
        _memory?.Check();
        var finishedAt = _log!.Now;
        _streams!.Drain();
        _loop.Deadlines.After(LongestDrainMilliseconds, () =>
        {
            _drained = true;
            EndIfOver();
        });
        Record(new ExitRecord
        {
            ExitCode = exit.ShellCode,
            Signal = exit.Signal == 0 ? null : exit.Signal,
            OutOfMemory = _memory is { Seen: true },
            FinishedAtUnixNanoseconds = finishedAt,
            LostLogBytes = _log.LostBytes,
        });
        for (var i = _execs.Count - 1; i >= 0; i--)
        {
            _execs[i].Kill();
        }
    }

    private void Record(ExitRecord record)
    {
        try
        {
            DurableFile.Replace(arguments.ExitFile, record.Format());
        }
        catch (LinuxException gone) when (gone.ErrorNumber == Errno.ENOENT)
        {
            // The container has been removed with its folder: nobody will ask any more, but who watches is told.
        }
        catch (IOException)
        {
            // Disk full ... The monitor keeps the code until it can be written, or whoever removes the container ends it.
            _loop.Deadlines.After(ExitFileRetryMilliseconds, () => Record(record));
            _loop.OnTerminate = _loop.End;
            TellUnrecorded(record);
            return;
        }

        var isNews = _recorded is null;
        (_recorded, _durable) = (record, true);
        if (isNews)
        {
            _control!.AnnounceExit();
        }

        EndIfOver();
    }

    /// <summary>Who watches is told all the same, or nobody could stop or remove a container on a full disk.</summary>
    private void TellUnrecorded(ExitRecord record)
    {
        if (_recorded is null)
        {
            _recorded = record;
            _recorded = _control!.AnnounceExit() > 0 ? record : null;
        }
    }

    private void OnExecOver(ExecSession exec)
    {
        _execs.Remove(exec);
        EndIfOver();
    }

    private void EndIfOver()
    {
        if (_durable && _execs.Count == 0 && (_drained || _streams!.HaveEnded()))
        {
            _loop.End();
        }
    }

    public void Dispose()
    {
        _streams?.Dispose();
        _log?.Dispose();
        _memory?.Dispose();
        _control?.Dispose();
        _report?.Dispose();
        _loop.Dispose();
    }
}
