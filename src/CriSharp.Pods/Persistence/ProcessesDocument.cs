using CriSharp.Linux.Processes;
using CriSharp.Pods.Containers;

namespace CriSharp.Pods.Persistence;

/// <summary>A pid comes back within a boot, but not with the same start time: both together name one process for ever.</summary>
internal sealed record ProcessesDocument
{
    public required int InitPid { get; init; }

    /// <summary>Clock ticks from boot to the start of the process; field 22 of /proc/pid/stat.</summary>
    public required long InitStartTicks { get; init; }

    public required int MonitorPid { get; init; }

    public required long MonitorStartTicks { get; init; }

    public static ProcessesDocument From(ContainerProcesses processes) => new()
    {
        InitPid = processes.Init.Pid,
        InitStartTicks = processes.Init.StartTicks,
        MonitorPid = processes.Monitor.Pid,
        MonitorStartTicks = processes.Monitor.StartTicks,
    };

    /// <exception cref="FormatException">No pid of a process.</exception>
    public ContainerProcesses ToProcesses() => InitPid > 1 && MonitorPid > 1
        ? new(new ProcessIdentity(InitPid, InitStartTicks), new ProcessIdentity(MonitorPid, MonitorStartTicks))
        : throw new FormatException($"{InitPid} and {MonitorPid} can't be pids of a container and its monitor");
}
