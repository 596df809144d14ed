using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Specs;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Changes the limits of a created or running container, all or none:
/// 1 what is given is laid over what is in force and checked · 2 how to undo it is durable · 3 the OCI runtime sets it · 4 the new limits are
/// durable, then visible. A failure puts back the old limits; a crash leaves the note of step 2, by which the next start does.
/// </summary>
public sealed partial class UpdateContainerResources(
    ContainerStore containers,
    UndoUpdate undoUpdate,
    RuntimeHandlers handlers,
    ContainerCgroups cgroups,
    HostFacts host,
    Operations operations,
    ILogger<UpdateContainerResources> logger)
{
    /// <param name="asked">Null changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait for other verbs only.</param>
    /// <exception cref="RuntimeException">
    /// InvalidArgument: a value is wrong. FailedPrecondition: the container has ended, or the kernel refuses a value. NotFound.
    /// </exception>
    public async Task RunAsync(string id, LinuxContainerResources? asked, CancellationToken cancellationToken)
    {
        var known = containers.Get(id);
        using var operation = operations.Begin(nameof(UpdateContainerResources), known.Id.ToString(), known.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await containers.LockAsync(known.Id, cancellationToken);
        var container = containers.Get(known.Id.ToString());
        if (container.State is not (ContainerState.Created or ContainerState.Running))
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"the resources of container {container.Id} can't be updated: it is {DescribeContainer.StateOf(container.State)}, and only a created or running one's can");
        }

        if (asked is null)
        {
            return;
        }

        await undoUpdate.RunAsync(container);
        await UpdateAsync(container, asked);
    }

    private async Task UpdateAsync(Container container, LinuxContainerResources asked)
    {
        Operation.At("limits");
        var least = handlers.DefaultsOf(container.Record.Runtime?.Name ?? container.Record.RuntimeHandler).LeastMemoryBytes;
        var inForce = container.Limits.InForce;
        var merged = ResourcesUpdate.Merge(inForce, asked, host);
        var update = ResourcesUpdate.Build(merged, host, least);
        if (update is { Memory: null, Cpu: null, Unified: null })
        {
            return;
        }

        if (ResourcesUpdate.MemoryLimitOf(asked) is { } limit)
        {
            cgroups.RequireRoomFor(container.Id, limit.Words, limit.Bytes);
        }

        var found = cgroups.LimitsOf(container.Id, update.Unified?.Keys ?? []);
        // What is in force was accepted once, maybe under another configuration.
        var undo = ResourcesUpdate.Undo(update, ResourcesUpdate.Build(inForce, host, leastMemoryBytes: 0), found).ToJson();

        Operation.At("note of the update");
        containers.Limit(container, new ContainerLimits(inForce, undo));
        try
        {
            Operation.At("the runtime's update");
            await SetAsync(container, update);
            Operation.At("state");
            containers.Limit(container, new ContainerLimits(merged));
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            throw await ExplainAsync(container, asked, failure);
        }

        Updated(logger, container.Id, Words(asked));
    }

    /// <summary>What a runtime refuses here the kernel has refused it: the request is well formed, but this container can't have it.</summary>
    private async Task SetAsync(Container container, SpecResources update)
    {
        try
        {
            await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).UpdateAsync(container.Id, update.ToJson(), CancellationToken.None);
        }
        catch (RuntimeException refusal) when (refusal.Kind == ErrorKind.Internal)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, refusal.Message, refusal);
        }
    }

    private async Task<Exception> ExplainAsync(Container container, LinuxContainerResources asked, Exception failure)
    {
        var ends = await undoUpdate.TryRunAsync(container) is { } doubt
            ? $"the limits that it had could not be put back either ({doubt}): the next update or start of crisharpd tries it again"
            : "it keeps the limits that it had";
        var words = $"container {container.Id} can't be given {Words(asked)}: {failure.Message}; {ends}";
        return failure switch
        {
            RuntimeException known => new RuntimeException(known.Kind, words, failure),
            // The error door knows by the number what is wrong with the disk.
            _ => new IOException(words, failure) { HResult = failure.HResult },
        };
    }

    private static string Words(LinuxContainerResources asked)
    {
        var words = new List<string>();
        Add("cpu_shares", asked.CpuShares);
        Add("cpu_quota", asked.CpuQuota);
        Add("cpu_period", asked.CpuPeriod);
        Add("memory_limit_in_bytes", asked.MemoryLimitInBytes);
        Add("memory_swap_limit_in_bytes", asked.MemorySwapLimitInBytes);
        words.AddRange(asked.CpusetCpus.Length > 0 ? [$"cpuset_cpus {asked.CpusetCpus}"] : []);
        words.AddRange(asked.CpusetMems.Length > 0 ? [$"cpuset_mems {asked.CpusetMems}"] : []);
        words.AddRange(asked.Unified.Select(file => $"{file.Key} {file.Value}"));
        return words.Count > 0 ? string.Join(", ", words) : "no new limits";

        void Add(string field, long value)
        {
            if (value != 0)
            {
                words.Add($"{field} {value}");
            }
        }
    }

    [LoggerMessage(160, LogLevel.Information, "Container {Container} has new limits: {Limits}")]
    private static partial void Updated(ILogger logger, ContainerId container, string limits);
}
