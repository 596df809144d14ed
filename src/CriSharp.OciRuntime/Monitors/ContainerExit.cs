using CriSharp.MonitorProtocol;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>How a container ended, and how that is known. The monitor's own record stays in this room.</summary>
/// <param name="Code">0 to 255: the process's own code, or 128 + signal.</param>
/// <param name="OutOfMemory">The kernel killed a process of the container for want of memory.</param>
/// <param name="LostLogBytes">Output that could not be written to the log (disk full).</param>
/// <param name="Reason">Null, or why the code is not known: then it is <see cref="UnknownCode"/>.</param>
public sealed record ContainerExit(int Code, bool OutOfMemory, DateTimeOffset FinishedAt, long LostLogBytes, string? Reason)
{
    public const int UnknownCode = 255;

    public bool IsKnown => Reason is null;

    /// <summary>Null, or what came to be lost with the monitor: then the kernel told the code, and nobody has recorded it.</summary>
    public string? Loss { get; init; }

    /// <summary>The monitor's record of it lies on disk.</summary>
    public bool IsRecorded => IsKnown && Loss is null;

    /// <summary>What the monitor of a container has recorded, for one whose processes have gone long ago.</summary>
    /// <returns>Null when nothing has been recorded.</returns>
    /// <exception cref="RuntimeException">DataLoss: what is there is no exit record.</exception>
    public static ContainerExit? TryRead(string exitFile) => ExitFile.TryRead(exitFile) is { } record ? Of(record) : null;

    internal static ContainerExit Of(ExitRecord record) => new(
        record.ExitCode,
        record.OutOfMemory,
        DateTimeOffset.UnixEpoch.AddTicks(record.FinishedAtUnixNanoseconds / TimeSpan.NanosecondsPerTick),
        record.LostLogBytes,
        null);
}
