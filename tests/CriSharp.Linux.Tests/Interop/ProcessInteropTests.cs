using System.Runtime.InteropServices;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Interop;

/// <summary>The numbers of CriSharp.Linux.Processes against the C compiler's.</summary>
public sealed class ProcessInteropTests
{
    [Fact]
    public async Task Constants_WhenComparedWithTheHeaders_AreTheSame()
    {
        var expected = new (string Expression, long Value)[]
        {
            ("P_PIDFD", Libc.P_PIDFD),
            ("WNOHANG", Libc.WNOHANG),
            ("WEXITED", Libc.WEXITED),
            ("CLD_EXITED", Libc.CLD_EXITED),
            ("POSIX_SPAWN_SETPGROUP", Libc.POSIX_SPAWN_SETPGROUP),
            ("POSIX_SPAWN_SETSIGDEF", Libc.POSIX_SPAWN_SETSIGDEF),
            ("POSIX_SPAWN_SETSIGMASK", Libc.POSIX_SPAWN_SETSIGMASK),
            ("POSIX_SPAWN_SETSID", Libc.POSIX_SPAWN_SETSID),
            ("EPOLL_CLOEXEC", Libc.EPOLL_CLOEXEC),
            ("EPOLL_CTL_ADD", Libc.EPOLL_CTL_ADD),
            ("EPOLL_CTL_DEL", Libc.EPOLL_CTL_DEL),
            ("EPOLLIN", Libc.EPOLLIN),
            ("EPOLLOUT", Libc.EPOLLOUT),
            ("EPOLLRDHUP", Libc.EPOLLRDHUP),
            ("(unsigned)EPOLLONESHOT", Libc.EPOLLONESHOT),
            ("F_DUPFD_CLOEXEC", Libc.F_DUPFD_CLOEXEC),
            ("MFD_CLOEXEC", Libc.MFD_CLOEXEC),
            ("SYS_pidfd_send_signal", Libc.SysPidfdSendSignal),
            ("SYS_pidfd_open", Libc.SysPidfdOpen),
            ("SIGKILL", Signals.SIGKILL),
            ("SIGTERM", Signals.SIGTERM),
            ("SIGCHLD", Signals.SIGCHLD),
            ("SIGCONT", Signals.SIGCONT),
            ("SIGSTOP", Signals.SIGSTOP),
        };

        var actual = await CProgram.EvaluateAsync(
            ["sys/wait.h", "spawn.h", "sys/epoll.h", "fcntl.h", "sys/mman.h", "sys/syscall.h", "signal.h"], expected.Select(constant => constant.Expression));

        Assert.Equal(expected, expected.Zip(actual, (constant, value) => (constant.Expression, value)));
    }

    [Fact]
    public async Task Layouts_WhenComparedWithTheHeaders_AreTheSame()
    {
        var values = await CProgram.EvaluateAsync(
            ["poll.h", "sys/epoll.h", "signal.h", "spawn.h"],
            [
                "sizeof(struct pollfd)", "offsetof(struct pollfd, events)", "offsetof(struct pollfd, revents)",
                "sizeof(struct epoll_event)", "offsetof(struct epoll_event, data)",
                "sizeof(siginfo_t)", "offsetof(siginfo_t, si_code)", "offsetof(siginfo_t, si_pid)", "offsetof(siginfo_t, si_status)",
                "sizeof(sigset_t)", "sizeof(posix_spawnattr_t)", "sizeof(posix_spawn_file_actions_t)",
            ]);

        Assert.Equal(
            [
                Marshal.SizeOf<PollEntry>(), Offset<PollEntry>("Events"), Offset<PollEntry>("ReturnedEvents"),
                ReadinessLoop.EventBytes, ReadinessLoop.DataOffset,
                ChildProcess.SignalInfoBytes, ChildProcess.SignalInfoCodeOffset, ChildProcess.SignalInfoPidOffset, ChildProcess.SignalInfoStatusOffset,
                ProcessSpawn.SignalSetBytes,
            ],
            values.Take(10));
        Assert.InRange(values[10], 1, ProcessSpawn.AttributesBytes);
        Assert.InRange(values[11], 1, ProcessSpawn.ActionsBytes);
    }

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);
}
