using CriSharp.Linux.Processes;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>A created container's monitor and init, by which they are found again after a restart of the daemon.</summary>
/// <param name="Init">The container's init.</param>
/// <param name="SocketPath">Where the monitor listens.</param>
/// <param name="ExitFile">Where it records the exit.</param>
public sealed record ContainerMonitor(ProcessIdentity Monitor, ProcessIdentity Init, string SocketPath, string ExitFile)
{
    public int Pid => Monitor.Pid;

    public int ContainerPid => Init.Pid;
}
