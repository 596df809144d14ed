using CriSharp.Cri.V1;
using CriSharp.Ctl.Connection;
using Grpc.Core;

namespace CriSharp.Ctl.Logs;

/// <summary>Shows a log as it grows, until its container has ended and all was read.</summary>
internal sealed class LogFollower(CriConnection cri, TimeProvider time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMilliseconds(40);

    // Asking for the state costs the runtime something, reading an unchanged file nothing.
    private const int ReadsPerStatus = 4;

    /// <returns>The container's status at its end; null when it was removed meanwhile.</returns>
    public async Task<ContainerStatus?> FollowAsync(string containerId, LogReader log, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before the last read: what the container said before its end is then in the file.
            var status = await StatusAsync(containerId, cancellationToken);
            var ended = status is null || status.State is ContainerState.ContainerExited or ContainerState.ContainerUnknown;
            for (var read = 0; read < ReadsPerStatus; read++)
            {
                await log.ReadToEndAsync(cancellationToken);
                if (ended)
                {
                    return status;
                }

                await Task.Delay(LogInterval, time, cancellationToken);
            }
        }
    }

    private async Task<ContainerStatus?> StatusAsync(string containerId, CancellationToken cancellationToken)
    {
        try
        {
            return await cri.ContainerStatusAsync(containerId, cancellationToken);
        }
        catch (RpcException gone) when (gone.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
