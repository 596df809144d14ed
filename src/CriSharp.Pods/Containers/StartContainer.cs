using CriSharp.Oci;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Lets a created container's process begin. A start that fails leaves the container exited, with the runtime's words.</summary>
public sealed partial class StartContainer(ContainerStore containers, RuntimeHandlers handlers, PodsOptions options, ILogger<StartContainer> logger)
{
    /// <summary>The code that containerd and the kubelet use for a container that never ran.</summary>
    private const int StartErrorCode = 128;

    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        var container = containers.Get(id);
        using var held = await containers.LockAsync(container.Id, cancellationToken);
        if (container.State is not ContainerState.Created)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"container {container.Id} can't be started: it is {DescribeContainer.StateOf(container.State)}, and only a created one can");
        }

        var at = options.Time.GetUtcNow();
        var starting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        container.RuntimeStart = starting.Task;
        try
        {
            // The caller's impatience must not leave a container half started.
            await handlers.Get(container.Record.RuntimeHandler).StartAsync(container.Id, CancellationToken.None);
        }
        catch (RuntimeException failure)
        {
            await FailAsync(container, failure);
            throw;
        }
        finally
        {
            starting.SetResult();
        }

        // Its end may have been seen already: then it only gets its beginning.
        try
        {
            containers.Change(container, state => state switch
            {
                ContainerState.Created created => created.Start(at),
                ContainerState.Exited { StartedAt: null } exited => exited with { StartedAt = at },
                _ => null,
            });
        }
        catch (IOException unwritable)
        {
            // Nothing may run of which a later daemon would not know.
            await FailAsync(container, unwritable);
            throw;
        }

        Started(logger, container.Id);
    }

    private async Task FailAsync(Container container, Exception failure)
    {
        var exit = new ContainerEnd(StartErrorCode, ContainerEnd.StartError, failure.Message, options.Time.GetUtcNow());
        containers.ChangeAnyway(
            container,
            state => state is ContainerState.Created or ContainerState.Exited { StartedAt: null } ? new ContainerState.Exited(null, exit) : null,
            unwritable => NotWritten(logger, container.Id, unwritable));
        try
        {
            await handlers.Get(container.Record.RuntimeHandler).DeleteAsync(container.Id, force: true, CancellationToken.None);
        }
        catch (RuntimeException leftover)
        {
            DeleteFailed(logger, container.Id, leftover);
        }
    }

    [LoggerMessage(120, LogLevel.Information, "Container {Container} is started")]
    private static partial void Started(ILogger logger, ContainerId container);

    [LoggerMessage(121, LogLevel.Warning, "Container {Container} could not be started, nor could the runtime delete it")]
    private static partial void DeleteFailed(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(122, LogLevel.Error, "That container {Container} could not be started could not be written down")]
    private static partial void NotWritten(ILogger logger, ContainerId container, Exception failure);
}
