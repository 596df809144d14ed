namespace CriSharp.Specs.Seccomp;

/// <summary>
/// Clocks and timers. adjtimex and its kin also read, and the kernel lets nobody without CAP_SYS_TIME set by them; getrandom is here for
/// want of a better place.
/// </summary>
internal static class TimeCalls
{
    public static readonly string[] Names = CallNames.Split(
        """
        time gettimeofday clock_getres clock_getres_time64 clock_gettime clock_gettime64
        nanosleep clock_nanosleep clock_nanosleep_time64 adjtimex clock_adjtime clock_adjtime64 getitimer setitimer
        timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
        timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
        getrandom
        """);
}
