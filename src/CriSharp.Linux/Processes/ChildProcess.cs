using System.Runtime.InteropServices;

namespace CriSharp.Linux.Processes;

/// <summary>
/// A child of the daemon. It is reaped as soon as it ends, whether or not somebody waits, and by its own pid only,
/// so that several parties in one process can have children.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    internal const int SignalInfoBytes = 128;
    internal const int SignalInfoCodeOffset = 8;
    internal const int SignalInfoPidOffset = 16;
    internal const int SignalInfoStatusOffset = 24;

    private readonly Lock _reaping = new();
    private readonly Task<ProcessExit> _exit;
    private bool _reaped;

    private ChildProcess(PidHandle handle)
    {
        Handle = handle;
        _exit = ReapAsync(handle);
    }

    public int Pid => Handle.Pid;

    public PidHandle Handle { get; }

    /// <inheritdoc cref="ProcessSpawn.Spawn"/>
    public static ChildProcess Start(ProgramStart start)
    {
        var pid = ProcessSpawn.Spawn(start);
        try
        {
            return new ChildProcess(PidHandle.Open(pid));
        }
        catch (LinuxException)
        {
            // Out of descriptors: nobody could ever wait for it. It is unreaped, so the number is still its own.
            _ = Libc.Kill(pid, Signals.SIGKILL);
            _ = WaitAndReap(pid);
            throw;
        }
    }

    /// <exception cref="LinuxException">ECHILD: somebody else reaped it, or SIGCHLD is ignored in this process.</exception>
    public Task<ProcessExit> WaitForExitAsync(CancellationToken cancellationToken) => _exit.WaitAsync(cancellationToken);

    /// <summary>
    /// For a child that was started with a session of its own: kills it and whatever it left there, also after its own end.
    /// Processes that made sessions of their own (daemons) are not reached.
    /// </summary>
    public void KillSession()
    {
        lock (_reaping)
        {
            // While it is unreaped its number is its own; afterwards the number names the session only as long as that has members.
            ProcessSession.Kill(Pid, withGroup: !_reaped);
        }
    }

    /// <summary>Lets go of it: the process lives on and is still reaped when it ends.</summary>
    public void Dispose() => Handle.Dispose();

    private async Task<ProcessExit> ReapAsync(PidHandle handle)
    {
        var pid = handle.Pid;
        await handle.WaitForExitAsync(CancellationToken.None);
        lock (_reaping)
        {
            _reaped = true;
            return WaitAndReap(pid);
        }
    }

    private static unsafe ProcessExit WaitAndReap(int pid)
    {
        const int P_PID = 1;
        var signalInfo = stackalloc byte[SignalInfoBytes];
        int result;
        do
        {
            result = Libc.WaitId(P_PID, pid, signalInfo, Libc.WEXITED);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        LinuxException.ThrowIfFailed(result, "waitid", $"{pid}");
        var answered = *(int*)(signalInfo + SignalInfoPidOffset);
        var status = *(int*)(signalInfo + SignalInfoStatusOffset);
        System.Diagnostics.Debug.Assert(answered == pid, "waitid speaks of another child");
        return *(int*)(signalInfo + SignalInfoCodeOffset) == Libc.CLD_EXITED ? new ProcessExit(status, 0) : new ProcessExit(0, status);
    }
}
