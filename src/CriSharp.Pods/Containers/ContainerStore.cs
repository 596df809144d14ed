using System.Diagnostics.CodeAnalysis;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>Owns the containers: their records on disk, their places in memory, their names and locks. Reads never wait.</summary>
public sealed class ContainerStore(InstanceFolders folders, DiskReserve? reserve = null)
{
    private readonly RecordFolder<ContainerRecordDocument, ContainerStatusDocument> _disk =
        new(
            folders.ContainerRecords,
            PodsJson.Default.ContainerRecordDocument,
            PodsJson.Default.ContainerStatusDocument,
            (id, document) => RecordPlaces.Require(id, document.ToRecord()),
            status => status.ToState(),
            reserve ?? DiskReserve.None);

    private readonly ResourcesFile<ContainerResourcesDocument> _resources =
        new(PodsJson.Default.ContainerResourcesDocument, document => document.ToLimits(), reserve ?? DiskReserve.None);

    private readonly IdTable<Container> _containers = new("container");
    private readonly ContainersBySandbox _bySandbox = new();
    private readonly NameTable<ContainerKey> _names = new();
    private readonly KeyedLock<ContainerId> _locks = new();

    /// <summary>Of which containers there are, and of their states.</summary>
    internal ChangeStamp Changes { get; } = new();

    /// <summary>What was and what is, once it is durable and visible; null for what was not yet, or is no more. Of one container in order, while its transition is held.</summary>
    internal event Action<Container, ContainerState?, ContainerState?>? Changed;

    public ICollection<Container> All => _containers.All;

    /// <inheritdoc cref="IdTable{T}.Each"/>
    internal IEnumerable<Container> Each => _containers.Each;

    /// <inheritdoc cref="IdTable{T}.TryFind"/>
    public bool TryFind(string id, [NotNullWhen(true)] out Container? container) => _containers.TryFind(id, out container);

    /// <inheritdoc cref="IdTable{T}.Get"/>
    public Container Get(string id) => _containers.Get(id);

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Container> Of(PodSandboxId sandbox) => _bySandbox.Of(sandbox);

    /// <summary>As a kubelet takes a pod's containers: of several of one name the first is the present one.</summary>
    public IEnumerable<Container> NewestFirst(PodSandboxId sandbox) => Of(sandbox).OrderByDescending(container => container.Record.CreatedAt);

    /// <returns>The id of a container that was made from the image, or has it as a volume; null where there is none.</returns>
    public string? UserOf(string imageId) =>
        All.FirstOrDefault(container => container.Record.ImageId == imageId || container.Record.VolumeImageIds.Values.Contains(imageId))?.Id.ToString();

    /// <summary>Held while a container is started or removed. An exit needs no lock: it may come at any time.</summary>
    public Task<IDisposable> LockAsync(ContainerId id, CancellationToken cancellationToken) => _locks.LockAsync(id, cancellationToken);

    /// <summary>Whether a container of that id is being made, is there, is being removed, or has a record on disk that the next start has to undo.</summary>
    internal bool Owns(string id) => _names.IsHolder(id) || _containers.Contains(id) || _disk.Exists(id);

    internal string? TryReserve(ContainerKey name, ContainerId id) => _names.TryReserve(name, id.ToString());

    internal void Release(ContainerKey name, ContainerId id) => _names.Release(name, id.ToString());

    /// <summary>Durable, and seen by nobody yet: from here on a crash is followed by an undo.</summary>
    /// <exception cref="FormatException">The next start would not believe it.</exception>
    internal void Begin(ContainerRecord record)
    {
        RecordPlaces.Require(record.Id.ToString(), record);
        _disk.WriteRecord(record.Id.ToString(), ContainerRecordDocument.From(record));
    }

    /// <summary>Durable, then visible.</summary>
    internal Container Publish(ContainerRecord record, ContainerState state)
    {
        _disk.WriteFirstStatus(record.Id.ToString(), ContainerStatusDocument.From(state));
        var container = new Container(record, state);
        lock (container.Transition)
        {
            Show(container, state);
            Changed?.Invoke(container, null, state);
        }

        return container;
    }

    /// <summary>
    /// Durable, then visible; at most one transition at a time, each from the state that the last one left.
    /// Does nothing where the transition answers null: then somebody else was first.
    /// </summary>
    internal bool Change(Container container, Func<ContainerState, ContainerState?> transition)
    {
        lock (container.Transition)
        {
            if (transition(container.State) is not { } next)
            {
                return false;
            }

            _disk.WriteStatus(container.Id.ToString(), ContainerStatusDocument.From(next));
            Become(container, next);
            return true;
        }
    }

    /// <summary>As <see cref="Change"/>, for what is true whether it can be written or not, and what a later start would find out again.</summary>
    /// <param name="reportUnwritten">Told why it could not be written; it is visible all the same.</param>
    internal bool ChangeAnyway(Container container, Func<ContainerState, ContainerState?> transition, Action<IOException> reportUnwritten)
    {
        try
        {
            return Change(container, transition);
        }
        catch (IOException unwritable)
        {
            reportUnwritten(unwritable);
            return Observe(container, transition);
        }
    }

    /// <summary>As <see cref="Change"/>, for an end that the monitor's exit record tells already: after a crash it is read from there.</summary>
    internal bool Observe(Container container, Func<ContainerState, ContainerState?> transition)
    {
        lock (container.Transition)
        {
            if (transition(container.State) is not { } next)
            {
                return false;
            }

            Become(container, next);
            return true;
        }
    }

    /// <summary>Writes down what <see cref="Observe"/> has made known, so that a later start need not find it out again.</summary>
    internal void Settle(Container container)
    {
        lock (container.Transition)
        {
            if (_containers.TryFind(container.Id.ToString(), out _))
            {
                _disk.WriteStatus(container.Id.ToString(), ContainerStatusDocument.From(container.State));
            }
        }
    }

    /// <summary>Durable, then visible. The caller holds the container's lock.</summary>
    internal void Limit(Container container, ContainerLimits limits)
    {
        _resources.Write(_disk.PathOf(container.Id.ToString()), ContainerResourcesDocument.From(limits));
        container.Limits = limits;
    }

    /// <summary>Takes up what the updates of earlier daemons left.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    internal void TakeUpLimits(Container container)
    {
        if (_resources.TryRead(_disk.PathOf(container.Id.ToString())) is { } document)
        {
            container.Limits = document.ToLimits();
        }
    }

    /// <summary>Forgets a container of which nothing is left.</summary>
    internal void Forget(ContainerRecord record)
    {
        if (!_containers.TryFind(record.Id.ToString(), out var container))
        {
            RemoveRecord(record);
            return;
        }

        // Nothing is written into the folder while it goes; and what could not be removed is still there for the next try.
        lock (container.Transition)
        {
            RemoveRecord(record);
            Changed?.Invoke(container, container.State, null);
        }
    }

    internal IEnumerable<RecordOnDisk<ContainerRecordDocument, ContainerStatusDocument>> Load() => _disk.Load();

    /// <inheritdoc cref="RecordFolder{TRecord, TStatus}.MarkUnclaimed"/>
    internal void MarkUnclaimed(ContainerId id) => _disk.MarkUnclaimed(id.ToString());

    /// <inheritdoc cref="RecordFolder{TRecord, TStatus}.UnmarkUnclaimed"/>
    internal void UnmarkUnclaimed(ContainerId id) => _disk.UnmarkUnclaimed(id.ToString());

    internal bool IsUnclaimed(ContainerId id) => _disk.IsUnclaimed(id.ToString());

    internal void RemoveEmpty(string id) => _disk.RemoveEmpty(id);

    /// <summary>Takes up what was found on disk.</summary>
    internal Container Show(ContainerRecord record, ContainerState state)
    {
        var container = new Container(record, state);
        Show(container, state);
        return container;
    }

    private void Show(Container container, ContainerState state)
    {
        using var change = Changes.Begin();
        container.Become(state);
        _names.TryReserve(container.Record.Key, container.Id.ToString());
        _containers.Add(container.Id.ToString(), container);
        _bySandbox.Add(container);
    }

    private void RemoveRecord(ContainerRecord record)
    {
        _disk.Remove(record.Id.ToString());
        using (Changes.Begin())
        {
            _bySandbox.Remove(record);
            _containers.Remove(record.Id.ToString());
        }

        _names.Release(record.Key, record.Id.ToString());
    }

    private void Become(Container container, ContainerState next)
    {
        var before = container.State;
        using (Changes.Begin())
        {
            container.Become(next);
        }

        Changed?.Invoke(container, before, next);
    }
}
