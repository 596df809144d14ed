namespace CriSharp.Specs.Seccomp;

/// <summary>Sockets, pipes, queues, shared memory, locks, and waiting for them. socket itself has a rule by family (<see cref="SocketRules"/>).</summary>
internal static class MessageCalls
{
    public static readonly string[] Names = CallNames.Split(
        $"""
        {Sockets}
        {Waiting}
        {Locks}
        {SystemV}
        {Queues}
        """);

    /// <summary>
    /// socketcall is how 32-bit programs of glibc reach all others, and a filter can't see the family in it. Refused, these programs have no
    /// network (https://github.com/moby/moby/pull/52547); so the families are closed there by the AppArmor profile, and open without it.
    /// </summary>
    private const string Sockets =
        """
        socketcall socketpair bind connect listen accept accept4 shutdown getsockname getpeername getsockopt setsockopt
        send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
        """;

    private const string Waiting =
        """
        pipe pipe2 eventfd eventfd2 select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64
        epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
        """;

    private const string Locks =
        """
        futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue get_robust_list set_robust_list
        """;

    private const string SystemV =
        """
        ipc semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget msgctl msgget msgrcv msgsnd
        """;

    private const string Queues =
        """
        mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
        """;
}
