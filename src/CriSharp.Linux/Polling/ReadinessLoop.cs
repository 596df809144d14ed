using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Polling;

/// <summary>
/// Awaits pidfds, pipes and sockets: one epoll and one thread for the whole daemon, however many containers there are.
/// The monitor does without it; its one loop polls by itself.
/// </summary>
public static class ReadinessLoop
{
    private const int EventsAtOnce = 64;

    // The kernel packs struct epoll_event on x86-64 only. uapi/linux/eventpoll.h
    internal static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    internal static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static readonly ConcurrentDictionary<long, Wait> Waits = new();
    private static readonly SafeFileHandle Epoll = StartThread();
    private static long _lastWait;

    /// <summary>Completes when a read would not block: bytes, the end of the stream or an error are there. One wait at a time per descriptor.</summary>
    public static Task WaitReadableAsync(SafeHandle descriptor, CancellationToken cancellationToken) =>
        WaitAsync(descriptor, Libc.EPOLLIN | Libc.EPOLLRDHUP, cancellationToken);

    /// <summary>Completes when a write would not block. One wait at a time per descriptor.</summary>
    public static Task WaitWritableAsync(SafeHandle descriptor, CancellationToken cancellationToken) =>
        WaitAsync(descriptor, Libc.EPOLLOUT, cancellationToken);

    /// <summary>Whether a read would not block right now.</summary>
    public static unsafe bool IsReadable(SafeHandle descriptor)
    {
        const int POLLIN = 1;
        var referenced = false;
        try
        {
            descriptor.DangerousAddRef(ref referenced);
            var poll = new PollEntry { Descriptor = (int)descriptor.DangerousGetHandle(), Events = POLLIN };
            int ready;
            do
            {
                ready = Libc.PollNow(&poll, 1, 0);
            }
            while (ready < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return LinuxException.ThrowIfFailed(ready, "poll") > 0;
        }
        finally
        {
            if (referenced)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>A second, close-on-exec descriptor of the same file, for a second wait.</summary>
    public static SafeFileHandle Duplicate(SafeHandle descriptor)
    {
        var referenced = false;
        try
        {
            descriptor.DangerousAddRef(ref referenced);
            var number = Libc.FileControl((int)descriptor.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 0);
            return new SafeFileHandle(LinuxException.ThrowIfFailed(number, "fcntl F_DUPFD_CLOEXEC"), ownsHandle: true);
        }
        finally
        {
            if (referenced)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    private static async Task WaitAsync(SafeHandle descriptor, uint events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = Interlocked.Increment(ref _lastWait);
        var wait = new Wait(descriptor);
        Waits[id] = wait;
        try
        {
            Add(wait, id, events);
        }
        catch
        {
            Waits.TryRemove(id, out _);
            wait.Release();
            throw;
        }

        await using var registration = cancellationToken.UnsafeRegister(_ =>
        {
            if (Remove(id) is { } cancelled)
            {
                cancelled.Ready.TrySetCanceled(cancellationToken);
            }
        }, null);
        await wait.Ready.Task;
    }

    private static unsafe void Add(Wait wait, long id, uint events)
    {
        var epollEvent = stackalloc byte[EventBytes];
        *(uint*)epollEvent = events | Libc.EPOLLONESHOT;
        *(long*)(epollEvent + DataOffset) = id;
        LinuxException.ThrowIfFailed(Libc.EpollControl(Epoll, Libc.EPOLL_CTL_ADD, wait.Number, epollEvent), "epoll_ctl");
    }

    // Whoever takes the wait out of the table, event or cancellation, is the one who ends it.
    private static unsafe Wait? Remove(long id)
    {
        if (!Waits.TryRemove(id, out var wait))
        {
            return null;
        }

        var epollEvent = stackalloc byte[EventBytes];
        _ = Libc.EpollControl(Epoll, Libc.EPOLL_CTL_DEL, wait.Number, epollEvent);
        wait.Release();
        return wait;
    }

    private static SafeFileHandle StartThread()
    {
        var epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        if (epoll.IsInvalid)
        {
            throw LinuxException.Last("epoll_create1");
        }

        new Thread(() => Run(epoll)) { IsBackground = true, Name = "readiness" }.Start();
        return epoll;
    }

    private static unsafe void Run(SafeFileHandle epoll)
    {
        var events = stackalloc byte[EventsAtOnce * 16];
        while (true)
        {
            var count = Libc.EpollWait(epoll, events, EventsAtOnce, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.Last("epoll_wait");
            }

            for (var i = 0; i < count; i++)
            {
                Remove(*(long*)(events + (i * EventBytes) + DataOffset))?.Ready.TrySetResult();
            }
        }
    }

    /// <summary>Holds the descriptor open while it is in the epoll set.</summary>
    private sealed class Wait
    {
        private readonly SafeHandle _descriptor;

        public Wait(SafeHandle descriptor)
        {
            var referenced = false;
            descriptor.DangerousAddRef(ref referenced);
            _descriptor = descriptor;
            Number = (int)descriptor.DangerousGetHandle();
        }

        public int Number { get; }

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _descriptor.DangerousRelease();
    }
}
