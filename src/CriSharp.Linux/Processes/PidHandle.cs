using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Processes;

/// <summary>A pidfd: names one process for ever, whatever becomes of its number. pidfd_open(2)</summary>
public sealed class PidHandle : SafeHandleMinusOneIsInvalid
{
    private PidHandle(int descriptor, int pid)
        : base(ownsHandle: true)
    {
        SetHandle(descriptor);
        Pid = pid;
    }

    /// <summary>The number at the time of opening; for messages and for reading /proc while the process lives.</summary>
    public int Pid { get; }

    /// <summary>Dead or alive: readiness of the descriptor, never kill(pid, 0), which takes a zombie for living.</summary>
    public bool HasExited => ReadinessLoop.IsReadable(this);

    /// <exception cref="LinuxException">ESRCH: there is no such process.</exception>
    public static PidHandle Open(int pid) => TryOpen(pid) ?? throw new LinuxException("pidfd_open", $"{pid}", Errno.ESRCH);

    /// <returns>Null when there is no such process.</returns>
    public static PidHandle? TryOpen(int pid)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        var descriptor = Libc.PidfdOpen(pid, 0);
        if (descriptor >= 0)
        {
            return new PidHandle(descriptor, pid);
        }

        var failure = LinuxException.Last("pidfd_open", $"{pid}");
        return failure.ErrorNumber == Errno.ESRCH ? null : throw failure;
    }

    /// <summary>Opens the very process that was seen before, not another one that has its number by now.</summary>
    /// <returns>Null when that process has gone.</returns>
    public static PidHandle? TryOpen(ProcessIdentity identity)
    {
        var handle = TryOpen(identity.Pid);
        if (handle is null || ProcessIdentity.TryRead(identity.Pid) == identity)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    /// <returns>False when the process has gone already.</returns>
    public bool Signal(int signal)
    {
        var referenced = false;
        try
        {
            DangerousAddRef(ref referenced);
            if (Libc.PidfdSendSignal((int)handle, signal) == 0)
            {
                return true;
            }

            var failure = LinuxException.Last("pidfd_send_signal", $"{signal} to {Pid}");
            return failure.ErrorNumber == Errno.ESRCH ? false : throw failure;
        }
        finally
        {
            if (referenced)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Many may wait at once; disposing this handle does not end a wait, its token does.</summary>
    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        // A duplicate, since the loop takes a descriptor once.
        using var duplicate = ReadinessLoop.Duplicate(this);
        await ReadinessLoop.WaitReadableAsync(duplicate, cancellationToken);
    }

    /// <summary>How it ended, though it was somebody else's child. To be asked after its end, and again until it is reaped.</summary>
    /// <returns>Null: it is not reaped yet, or the kernel (before 6.15) does not tell.</returns>
    public ProcessExit? TryReadExit() => PidExit.TryRead(this);

    protected override bool ReleaseHandle() => Libc.CloseNumber((int)handle) == 0;
}
