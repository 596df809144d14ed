using CriSharp.Oci;
using CriSharp.Pods.Retries;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Lets a created container's process begin. A start that fails leaves the container exited, with the runtime's words.</summary>
public sealed partial class StartContainer(
    ContainerStore containers,
    RuntimeHandlers handlers,
    ContainerCgroups cgroups,
    Unclaimed<ContainerId> unclaimed,
    Operations operations,
    PodsOptions options,
    ILogger<StartContainer> logger)
{
    /// <summary>The code that containerd and the kubelet use for a container that never ran.</summary>
    private const int StartErrorCode = 128;

    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        var container = containers.Get(id);
        using var operation = operations.Begin(nameof(StartContainer), container.Id.ToString(), container.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await containers.LockAsync(container.Id, cancellationToken);
        if (container.State is not ContainerState.Created)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"container {container.Id} can't be started: it is {DescribeContainer.StateOf(container.State)}, and only a created one can{(container.MonitorLoss is { } loss ? $"; {loss}" : "")}");
        }

        unclaimed.Claim(container.Id);
        var at = options.Time.GetUtcNow();
        var starting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        container.RuntimeStart = starting.Task;
        try
        {
            await StartOrFailAsync(container);
            Record(container, at);
        }
        finally
        {
            starting.SetResult();
        }

        Started(logger, container.Id);
    }

    private async Task StartOrFailAsync(Container container)
    {
        try
        {
            Operation.At("the runtime's start");
            await StartAsync(container);
        }
        catch (RuntimeException failure)
        {
            await FailAsync(container, failure);
            throw;
        }
    }

    /// <summary>It runs, whether that can be written down or not: a later daemon asks the runtime about a container that was only created.</summary>
    private void Record(Container container, DateTimeOffset at)
    {
        // Its end may have been seen already: then it only gets its beginning.
        ContainerState? Begin(ContainerState state) => state switch
        {
            ContainerState.Created created => created.Start(at),
            ContainerState.Exited { StartedAt: null } exited => exited with { StartedAt = at },
            _ => null,
        };
        try
        {
            Operation.At("state");
            containers.Change(container, Begin);
        }
        catch (Exception failure) when (failure is IOException or RuntimeException)
        {
            containers.Observe(container, Begin);
            NotRecorded(logger, container.Id, failure);
        }
    }

    /// <summary>The caller's impatience must not leave a container half started; but a start whose container has ended is soon over, or hangs.</summary>
    private async Task StartAsync(Container container)
    {
        using var late = new CancellationTokenSource();
        var start = handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).StartAsync(container.Id, late.Token);
        if (await Task.WhenAny(start, container.Ended) != start)
        {
            late.CancelAfter(options.LateStartLimit);
        }

        try
        {
            await start;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new RuntimeException(
                ErrorKind.Unavailable,
                $"container {container.Id} has ended, but OCI runtime '{container.Record.RuntimeHandler}' was still starting it {options.LateStartLimit.TotalSeconds:0.###} s later and was killed");
        }
    }

    private async Task FailAsync(Container container, RuntimeException failure)
    {
        var exit = new ContainerEnd(StartErrorCode, ContainerEnd.StartError, failure.Message, options.Time.GetUtcNow());
        containers.ChangeAnyway(
            container,
            state => state is ContainerState.Created or ContainerState.Exited { StartedAt: null } ? new ContainerState.Exited(null, exit) : null,
            unwritable => NotWritten(logger, container.Id, unwritable));
        try
        {
            // First by ourselves: a runtime that can't start may not kill either.
            await cgroups.KillAsync(container.Id, CancellationToken.None);
            await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).DeleteAsync(container.Id, force: true, CancellationToken.None);
        }
        catch (RuntimeException leftover)
        {
            DeleteFailed(logger, container.Id, leftover);
        }
    }

    [LoggerMessage(120, LogLevel.Information, "Container {Container} is started")]
    private static partial void Started(ILogger logger, ContainerId container);

    [LoggerMessage(122, LogLevel.Error, "Container {Container} is started, but that could not be written down")]
    private static partial void NotRecorded(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(121, LogLevel.Warning, "Container {Container} could not be started, nor could the runtime delete it")]
    private static partial void DeleteFailed(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(123, LogLevel.Error, "That container {Container} could not be started could not be written down")]
    private static partial void NotWritten(ILogger logger, ContainerId container, Exception failure);
}
