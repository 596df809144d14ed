using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>A command to run in a container beside a client.</summary>
public sealed record StreamedExecRequest
{
    /// <summary>Unique within the container; letters, digits, '-', '_', '.'; at most 64.</summary>
    public required string ExecId { get; init; }

    public required Bundle Bundle { get; init; }

    /// <summary>The process document of the runtime specification, as JSON; its "terminal" is as <see cref="Terminal"/>.</summary>
    public required ReadOnlyMemory<byte> Process { get; init; }

    public required StreamsAsked Streams { get; init; }

    /// <summary>A cgroup of its own, by which a start that is given up reaches all that the command started; null: its process alone is killed.</summary>
    public ExecCgroup? Cgroup { get; init; }

    /// <summary>Null: the host's root.</summary>
    public StreamOwner? StreamOwner { get; init; }

    /// <summary>Until the command runs: the monitor kills the OCI runtime then, and a monitor that does not say so hangs.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long output is awaited after the command's end, while a process that it left behind holds the pipe.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>What a client wants of a process. With <paramref name="Terminal"/> there is no stderr.</summary>
public sealed record StreamsAsked(bool Terminal, bool Stdin, bool Stdout, bool Stderr);
