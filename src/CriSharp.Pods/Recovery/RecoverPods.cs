using CriSharp.Cni;
using CriSharp.Linux;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Retries;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>
/// Finds again what an earlier daemon left, whatever ended it:
/// 1 sandboxes and containers are read and shown with the state that is true now · 2 of those that are only created the runtime is asked ·
/// 3 what was half made is undone, in the background, since a network plugin may take its time.
/// One broken record never stops the others: it is set aside and named.
/// </summary>
public sealed partial class RecoverPods(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    SandboxParts sandboxParts,
    ContainerParts containerParts,
    ContainerEnds ends,
    EndEarlierVerbs endEarlierVerbs,
    FindStarted findStarted,
    UndoUpdate undoUpdate,
    Unclaimed<PodSandboxId> unclaimedSandboxes,
    Unclaimed<ContainerId> unclaimedContainers,
    SandboxNetwork network,
    BrokenRecords brokenRecords,
    PodsOptions options,
    ILogger<RecoverPods> logger)
{
    private readonly List<Func<Task>> _undo = [];

    /// <summary>Completes, never with a failure, when what was half made has been undone or given up until the next start.</summary>
    public Task Undone { get; private set; } = Task.CompletedTask;

    /// <returns>Completes once all is shown; the undo goes on behind it, and what belongs to nobody is left to the audit.</returns>
    /// <exception cref="RuntimeException">ResourceExhausted: no descriptor or no memory was left. All containers go on, and all records stay.</exception>
    public async Task RunAsync()
    {
        try
        {
            RecoverAll();
        }
        catch (Exception shortage) when (Shortage.Is(shortage))
        {
            throw new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"cannot find pods and containers again: {shortage.Message}; they go on, and are found once the machine, or the limit of open files, has room",
                shortage);
        }

        await endEarlierVerbs.RunAsync(containers.All);
        await findStarted.RunAsync(containers.All);
        await Task.WhenAll(containers.All.Select(undoUpdate.TryRunAsync));
        foreach (var sandbox in sandboxes.All)
        {
            unclaimedSandboxes.Recover(sandbox.Id);
        }

        Recovered(logger, sandboxes.All.Count, containers.All.Count, _undo.Count);
        Undone = Task.WhenAll(_undo.Select(undo => undo()));
    }

    private void RecoverAll()
    {
        foreach (var found in sandboxes.Load())
        {
            Recover(found);
        }

        foreach (var found in containers.Load())
        {
            Recover(found);
        }
    }

    private void Recover(RecordOnDisk<SandboxRecordDocument, SandboxStatusDocument> found)
    {
        try
        {
            if (found.Failure is not null)
            {
                throw found.Failure;
            }

            if (found.Record?.ToRecord() is not { } record)
            {
                sandboxes.RemoveEmpty(found.Id);
                return;
            }

            MendNetwork(record);
            if (found.StatusFailure is { } damage)
            {
                ShowDamaged(record, damage);
                return;
            }

            if (found.Status is null)
            {
                _undo.Add(() => UndoAsync(record));
                return;
            }

            Show(record, found.Status.ToState());
        }
        catch (Exception broken) when (!Shortage.Is(broken))
        {
            SetAside("pod sandbox", found.Id, options.Folders.SandboxRecords, broken, found.Status?.Infra);
        }
    }

    private void Show(PodSandboxRecord record, SandboxState state)
    {
        var sandbox = sandboxes.Show(record, state);
        TakeUp("pod sandbox", record.Id.ToString(), options.Folders.ResourcesOf(record.Id), () => sandboxes.TakeUpResources(sandbox));
        if (state is SandboxState.Ready ready && !IsAlive(record, ready))
        {
            sandboxes.ChangeAnyway(sandbox, ready.Stop(options.Time.GetUtcNow()), failure => NotWritten(logger, "pod sandbox", record.Id.ToString(), failure));
        }

        sandboxParts.WatchInfra(sandbox);
    }

    /// <summary>After a reboot nothing of it is: pins and mounts lived in memory.</summary>
    private static bool IsAlive(PodSandboxRecord record, SandboxState.Ready ready)
    {
        if (record.BootId != BootId.Current)
        {
            return false;
        }

        using var infra = ready.Infra is null ? null : Linux.Processes.PidHandle.TryOpen(ready.Infra.Init);
        return ready.Infra is null || infra is { HasExited: false };
    }

    private void Recover(RecordOnDisk<ContainerRecordDocument, ContainerStatusDocument> found)
    {
        try
        {
            if (found.Failure is not null)
            {
                throw found.Failure;
            }

            if (found.Record?.ToRecord() is not { } record)
            {
                containers.RemoveEmpty(found.Id);
                return;
            }

            if (found.StatusFailure is { } damage)
            {
                ShowDamaged(record, damage);
                return;
            }

            if (found.Status is null)
            {
                // At once: behind it the kubelet may make the container anew, with its log in the same place.
                LogPaths.RemoveEmpty(record);
                _undo.Add(() => UndoAsync(record));
                return;
            }

            Show(record, found.Status.ToState());
        }
        catch (Exception broken) when (!Shortage.Is(broken))
        {
            SetAside("container", found.Id, options.Folders.ContainerRecords, broken, found.Status?.Processes);
        }
    }

    private void Show(ContainerRecord record, ContainerState state)
    {
        // After a reboot its pids are other processes': nobody may wait for those, or kill them.
        var now = record.BootId == BootId.Current ? state : AfterReboot(record, state);
        var container = containers.Show(record, now);
        TakeUp("container", record.Id.ToString(), options.Folders.ResourcesOf(record.Id), () => containers.TakeUpLimits(container));
        if (now != state)
        {
            Settle(container);
        }

        switch (now)
        {
            // The watcher reads the exit record at once where the monitor has gone, so what is listed first is true.
            case ContainerState.Created created:
                ends.Watch(container, created.Processes);
                break;
            case ContainerState.Running running:
                ends.Watch(container, running.Processes);
                break;
        }

        unclaimedContainers.Recover(container.Id);
        if (!sandboxes.TryFind(record.SandboxId.ToString(), out _))
        {
            Orphan(logger, record.Id, record.SandboxId);
        }
    }

    /// <summary>A full disk is no reason to doubt a record.</summary>
    private void Settle(Container container)
    {
        try
        {
            containers.Settle(container);
        }
        catch (IOException failure)
        {
            NotWritten(logger, "container", container.Id.ToString(), failure);
        }
    }

    private async Task UndoAsync(PodSandboxRecord record)
    {
        try
        {
            using var limit = new CancellationTokenSource(options.RollbackLimit);
            await sandboxParts.ReleaseAsync(record, limit.Token);
            sandboxParts.RemoveRest(record);
            sandboxes.Forget(record);
            HasUndone(logger, "pod sandbox", record.Id.ToString());
        }
        catch (Exception failure)
        {
            NotUndone(logger, "pod sandbox", record.Id.ToString(), failure);
        }
    }

    private async Task UndoAsync(ContainerRecord record)
    {
        try
        {
            using var limit = new CancellationTokenSource(options.RollbackLimit);
            await containerParts.RemoveAsync(record, null, limit.Token);
            containers.Forget(record);
            HasUndone(logger, "container", record.Id.ToString());
        }
        catch (Exception failure)
        {
            NotUndone(logger, "container", record.Id.ToString(), failure);
        }
    }

    [LoggerMessage(50, LogLevel.Information, "Found {Sandboxes} pod sandboxes and {Containers} containers again; {HalfMade} half-made ones are undone")]
    private static partial void Recovered(ILogger logger, int sandboxes, int containers, int halfMade);

    [LoggerMessage(52, LogLevel.Information, "Undid the {Noun} {Id}, whose making an earlier daemon did not finish")]
    private static partial void HasUndone(ILogger logger, string noun, string id);

    [LoggerMessage(53, LogLevel.Error, "Could not undo the half-made {Noun} {Id}; the next start tries again")]
    private static partial void NotUndone(ILogger logger, string noun, string id, Exception failure);

    [LoggerMessage(48, LogLevel.Error, "The state of {Noun} {Id} could not be written down: the next start finds it out again")]
    private static partial void NotWritten(ILogger logger, string noun, string id, Exception failure);
}
