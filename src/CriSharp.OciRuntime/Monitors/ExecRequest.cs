using CriSharp.OciRuntime.Bundles;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>A command to run in a container to its end.</summary>
public sealed record ExecRequest
{
    public const int DefaultOutputLimitBytes = 16 * 1024 * 1024;

    /// <summary>Unique within the container; letters, digits, '-', '_', '.'; at most 128.</summary>
    public required string ExecId { get; init; }

    public required Bundle Bundle { get; init; }

    /// <summary>The process document of the runtime specification, as JSON.</summary>
    public required ReadOnlyMemory<byte> Process { get; init; }

    /// <summary>A cgroup of its own, by which a timeout reaches all that the command started; null: its process alone is killed.</summary>
    public ExecCgroup? Cgroup { get; init; }

    /// <summary>Null: the host's root.</summary>
    public StreamOwner? StreamOwner { get; init; }

    /// <summary>Null: none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Until the command runs: the monitor kills the OCI runtime then, and a monitor that does not say so hangs.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Kept per stream; the rest is read and dropped, and the command goes on.</summary>
    public int OutputLimitBytes { get; init; } = DefaultOutputLimitBytes;

    /// <summary>How long output is still read after the command's end, while a process that it left behind holds the pipe.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>How it ended.</summary>
/// <param name="ExitCode">The command's own code, or 128 + signal.</param>
/// <param name="TimedOut">It was killed because its time was over.</param>
public sealed record ExecResult(int ExitCode, ReadOnlyMemory<byte> StandardOutput, ReadOnlyMemory<byte> StandardError, bool TimedOut)
{
    /// <summary>A stream was longer than the limit.</summary>
    public bool IsTruncated { get; init; }
}
