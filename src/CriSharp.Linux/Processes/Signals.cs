namespace CriSharp.Linux.Processes;

/// <summary>The signals that the runtime itself sends. uapi/asm-generic/signal.h</summary>
public static class Signals
{
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
    public const int SIGSTOP = 19;
}
