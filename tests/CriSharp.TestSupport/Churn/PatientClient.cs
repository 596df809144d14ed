using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.TestSupport.Churn;

/// <summary>Calls as a kubelet makes them: what fails because the daemon ends or is away is asked again, everything else is wrong.</summary>
public sealed class PatientClient(DaemonInstance daemon, ChurnReport report, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Until it succeeds.</summary>
    public async Task<T> AskAsync<T>(string verb, Func<CriClient, Task<T>> call)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return await call(daemon.Client);
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded)
            {
                report.CountRetry(verb, failure.StatusCode.ToString());
            }
            catch (Exception away) when (away is InvalidOperationException or ObjectDisposedException)
            {
                // The instance has no client while its daemon is down.
                report.CountRetry(verb, "away");
            }

            await Task.Delay(Pause, limit.Token);
        }
    }

    public Task AskAsync(string verb, Func<CriClient, Task> call) => AskAsync(verb, async client =>
    {
        await call(client);
        return true;
    });
}
