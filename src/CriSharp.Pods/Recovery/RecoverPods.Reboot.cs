using CriSharp.Linux;
using CriSharp.Oci;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>After a reboot nothing of a container is left but its files: what its monitor had recorded is true, and otherwise nobody saw how it ended.</summary>
public sealed partial class RecoverPods
{
    private ContainerState AfterReboot(ContainerRecord record, ContainerState state) => state switch
    {
        ContainerState.Created => new ContainerState.Exited(null, EndBeforeReboot(record)),
        ContainerState.Running running => running.End(EndBeforeReboot(record)),
        ContainerState.Unknown unknown => new ContainerState.Exited(unknown.StartedAt, EndBeforeReboot(record)),
        _ => state,
    };

    private ContainerEnd EndBeforeReboot(ContainerRecord record) => TryReadEnd(record) ?? new ContainerEnd(
        ContainerEnd.UnknownCode,
        ContainerEnd.StatusUnknown,
        "the machine was rebooted, or lost its power, while the container ran: its exit code was not seen",
        options.Time.GetUtcNow());

    /// <returns>Null where no monitor has recorded an end that can be believed.</returns>
    private ContainerEnd? TryReadEnd(ContainerRecord record)
    {
        try
        {
            return ContainerExit.TryRead(options.Folders.ExitFileOf(record.Id)) is { } exit ? ContainerEnds.EndOf(exit) : null;
        }
        catch (RuntimeException damaged) when (!Shortage.Is(damaged))
        {
            ExitBroken(logger, record.Id, damaged);
            return null;
        }
    }

    [LoggerMessage(49, LogLevel.Error, "The exit record of container {Id} can't be used: its exit code is not known")]
    private static partial void ExitBroken(ILogger logger, ContainerId id, Exception damage);
}
