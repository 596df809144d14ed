using CriSharp.Linux.Processes;

namespace CriSharp.Pods.Containers;

/// <summary>
/// <code>
///              Create            Start             exit / kill
///    (none) ─────────► Created ─────────► Running ─────────► Exited ──Remove──► (gone)
///                         │                                     ▲
///                         └──────── Stop / start failed ────────┘
/// Unknown: monitor or runtime gave no answer after a restart; Stop and Remove are allowed.
/// </code>
/// A transition exists only where it is legal. "Starting" and "removing" are operations that hold the container's lock, not states.
/// </summary>
public abstract record ContainerState
{
    private ContainerState()
    {
    }

    public sealed record Created(ContainerProcesses Processes) : ContainerState
    {
        public Running Start(DateTimeOffset at) => new(Processes, at);
    }

    public sealed record Running(ContainerProcesses Processes, DateTimeOffset StartedAt) : ContainerState
    {
        public Exited End(ContainerEnd end) => new(StartedAt, end);
    }

    /// <param name="StartedAt">Null where the container never ran.</param>
    public sealed record Exited(DateTimeOffset? StartedAt, ContainerEnd End) : ContainerState;

    /// <param name="Reason">What was asked and what was not answered.</param>
    public sealed record Unknown(DateTimeOffset? StartedAt, string Reason) : ContainerState;
}

/// <summary>By these a container's processes are found again after a restart of the daemon.</summary>
public sealed record ContainerProcesses(ProcessIdentity Init, ProcessIdentity Monitor);

/// <param name="Code">The process's exit code, or 128 + signal.</param>
/// <param name="Reason">A word that the kubelet knows: Completed, Error, OOMKilled, StartError, ContainerStatusUnknown.</param>
public sealed record ContainerEnd(int Code, string Reason, string Message, DateTimeOffset FinishedAt)
{
    /// <summary>Of an end that nobody saw.</summary>
    public const int UnknownCode = 255;

    public const string Completed = "Completed";
    public const string Error = "Error";
    public const string OutOfMemory = "OOMKilled";
    public const string StartError = "StartError";
    public const string StatusUnknown = "ContainerStatusUnknown";
}
