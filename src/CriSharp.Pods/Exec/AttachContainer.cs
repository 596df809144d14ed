using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Exec;

/// <summary>
/// Gives a client a part in a container's own streams, beside others, and again after a restart of the daemon. A client that reads more slowly
/// than the container writes is let go when a pipe of 1 MiB is full: neither the container nor its log nor another client ever waits for it.
/// </summary>
public sealed class AttachContainer(ContainerStore containers, BundleStore bundles)
{
    /// <summary>Whether it could be joined now.</summary>
    /// <returns>The container's full id.</returns>
    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: it has ended, or lost its monitor; InvalidArgument: streams that it does not have.</exception>
    public string Check(AttachOrder order) => Find(order).Id.ToString();

    /// <summary>Whether its input ends with its first client's.</summary>
    /// <exception cref="RuntimeException">NotFound.</exception>
    public bool HasInputOnce(string containerId) => containers.Get(containerId).Record.Config.StdinOnce;

    /// <exception cref="RuntimeException">As <see cref="Check"/>; FailedPrecondition: its monitor is of an older version; Unavailable: that does not answer.</exception>
    public async Task<IStreamedProcess> StartAsync(AttachOrder order, CancellationToken cancellationToken)
    {
        var container = Find(order);
        try
        {
            return await new MonitorClient(bundles.Of(container.Id).MonitorSocket).AttachAsync(
                new StreamsAsked(order.Tty, order.Stdin, order.Stdout, order.Stderr), cancellationToken);
        }
        catch (RuntimeException failure)
        {
            throw new RuntimeException(failure.Kind, $"container {container.Id}: {failure.Message}", failure);
        }
    }

    // One that is created only may be joined, so that nothing of what it will write is missed.
    private Container Find(AttachOrder order)
    {
        ExecTarget.CheckStreams("attach", order.Tty, order.Stdin, order.Stdout, order.Stderr);
        var container = containers.Get(order.ContainerId);
        if (container.State is not (ContainerState.Created or ContainerState.Running))
        {
            throw ExecTarget.Unmet(
                $"container {container.Id} can't be attached to: it is {DescribeContainer.StateOf(container.State)}, neither created nor running");
        }

        if (container.MonitorLoss is { } loss)
        {
            throw ExecTarget.Unmet($"container {container.Id} can't be attached to: {loss}");
        }

        return order.Tty == container.Record.Config.Tty
            ? container
            : throw ExecTarget.Invalid($"attach: tty is {order.Tty}, but container {container.Id} was created with tty {container.Record.Config.Tty}: they must be equal");
    }
}
