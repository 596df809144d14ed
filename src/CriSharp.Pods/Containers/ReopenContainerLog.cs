using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>After the kubelet has renamed a log: returns only when the monitor writes to a new file under the old name.</summary>
public sealed class ReopenContainerLog(ContainerStore containers, BundleStore bundles)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        var container = containers.Get(id);
        if (container.State is not ContainerState.Running)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"the log of container {container.Id} can't be reopened: it is {DescribeContainer.StateOf(container.State)}, not running");
        }

        if (container.MonitorLoss is { } loss)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the log of container {container.Id} can't be reopened: {loss}");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await new MonitorClient(bundles.Of(container.Id).MonitorSocket).ReopenLogAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(
                ErrorKind.DeadlineExceeded,
                $"the log of container {container.Id} was not reopened: its monitor did not answer in {Limit.TotalSeconds:0} s");
        }
    }
}
