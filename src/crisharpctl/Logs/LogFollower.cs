using CriSharp.Cri.V1;
using CriSharp.Ctl.Connection;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.Logs;

/// <summary>
/// Shows a log as it grows, until its container has ended and all was read. While the runtime is restarted its containers go on, and so does this.
/// </summary>
internal sealed class LogFollower(CriConnection cri, TimeProvider time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>A runtime that is updated is back long before.</summary>
    private static readonly TimeSpan AbsenceLimit = TimeSpan.FromMinutes(2);

    // Asking for the state costs the runtime something, reading an unchanged file nothing.
    private const int ReadsPerStatus = 4;

    private long _answeredAt;

    /// <returns>The container's status at its end; null when it was removed meanwhile.</returns>
    /// <exception cref="RuntimeException">Unavailable: the runtime has not answered for two minutes; what the log holds has been shown.</exception>
    public async Task<ContainerStatus?> FollowAsync(string containerId, LogReader log, CancellationToken cancellationToken)
    {
        _answeredAt = time.GetTimestamp();
        while (true)
        {
            // Asked before the last read: what the container said before its end is then in the file.
            var (hasEnded, status) = await AskAsync(containerId, log, cancellationToken);
            for (var read = 0; read < ReadsPerStatus; read++)
            {
                await log.ReadToEndAsync(cancellationToken);
                if (hasEnded)
                {
                    return status;
                }

                await Task.Delay(LogInterval, time, cancellationToken);
            }
        }
    }

    private async Task<(bool HasEnded, ContainerStatus? Status)> AskAsync(string containerId, LogReader log, CancellationToken cancellationToken)
    {
        try
        {
            var status = await cri.ContainerStatusAsync(containerId, cancellationToken);
            _answeredAt = time.GetTimestamp();
            return (status.State is ContainerState.ContainerExited or ContainerState.ContainerUnknown, status);
        }
        catch (RpcException gone) when (gone.StatusCode == StatusCode.NotFound)
        {
            return (true, null);
        }
        catch (RpcException absent) when (IsAbsence(absent.StatusCode) && !cancellationToken.IsCancellationRequested)
        {
            if (time.GetElapsedTime(_answeredAt) < AbsenceLimit)
            {
                return (false, null);
            }

            await log.ReadToEndAsync(cancellationToken);
            throw new RuntimeException(
                ErrorKind.Unavailable, $"the runtime has not answered for {AbsenceLimit.TotalMinutes:0} minutes: {absent.Status.Detail} ({absent.StatusCode})", absent);
        }
    }

    /// <summary>What a call meets while a runtime stops, while it is away and while it begins.</summary>
    private static bool IsAbsence(StatusCode code) => code is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded;
}
