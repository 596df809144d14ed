using System.Diagnostics.CodeAnalysis;
using CriSharp.Linux.Files;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>Owns the pod sandboxes: their records on disk, their places in memory, their names and locks. Reads never wait.</summary>
public sealed class PodSandboxStore(InstanceFolders folders, DiskReserve? reserve = null)
{
    private readonly RecordFolder<SandboxRecordDocument, SandboxStatusDocument> _disk =
        new(
            folders.SandboxRecords,
            PodsJson.Default.SandboxRecordDocument,
            PodsJson.Default.SandboxStatusDocument,
            (id, document) => RecordPlaces.Require(id, document.ToRecord()),
            status => status.ToState(),
            reserve ?? DiskReserve.None);

    private readonly ResourcesFile<SandboxResourcesDocument> _resources =
        new(PodsJson.Default.SandboxResourcesDocument, document => document.ToResources(), reserve ?? DiskReserve.None);

    private readonly IdTable<PodSandbox> _sandboxes = new("pod sandbox");
    private readonly NameTable<PodSandboxKey> _names = new();
    private readonly KeyedLock<PodSandboxId> _locks = new();

    /// <summary>Of which sandboxes there are, and of their states.</summary>
    internal ChangeStamp Changes { get; } = new();

    /// <summary>What was and what is, once it is durable and visible; null for what was not yet, or is no more.</summary>
    internal event Action<PodSandbox, SandboxState?, SandboxState?>? Changed;

    public ICollection<PodSandbox> All => _sandboxes.All;

    /// <inheritdoc cref="IdTable{T}.Each"/>
    internal IEnumerable<PodSandbox> Each => _sandboxes.Each;

    /// <inheritdoc cref="IdTable{T}.TryFind"/>
    public bool TryFind(string id, [NotNullWhen(true)] out PodSandbox? sandbox) => _sandboxes.TryFind(id, out sandbox);

    /// <inheritdoc cref="IdTable{T}.Get"/>
    public PodSandbox Get(string id) => _sandboxes.Get(id);

    /// <summary>Held while a sandbox is made, stopped or removed.</summary>
    public Task<IDisposable> LockAsync(PodSandboxId id, CancellationToken cancellationToken) => _locks.LockAsync(id, cancellationToken);

    /// <summary>Held by whoever needs the sandbox to stay as it is: its containers' creation.</summary>
    public Task<IDisposable> LeaseAsync(PodSandboxId id, CancellationToken cancellationToken) => _locks.LockSharedAsync(id, cancellationToken);

    /// <summary>Whether a sandbox of that id is being made, is there, is being removed, or has a record on disk that the next start has to undo.</summary>
    internal bool Owns(string id) => _names.IsHolder(id) || _sandboxes.Contains(id) || _disk.Exists(id);

    internal string? TryReserve(PodSandboxKey name, PodSandboxId id) => _names.TryReserve(name, id.ToString());

    internal void Release(PodSandboxKey name, PodSandboxId id) => _names.Release(name, id.ToString());

    /// <summary>Durable, and seen by nobody yet: from here on a crash is followed by an undo.</summary>
    /// <exception cref="FormatException">The next start would not believe it.</exception>
    internal void Begin(PodSandboxRecord record)
    {
        RecordPlaces.Require(record.Id.ToString(), record);
        _disk.WriteRecord(record.Id.ToString(), SandboxRecordDocument.From(record));
    }

    /// <summary>Durable, then visible.</summary>
    internal PodSandbox Publish(PodSandboxRecord record, SandboxState state)
    {
        _disk.WriteFirstStatus(record.Id.ToString(), SandboxStatusDocument.From(state));
        var sandbox = Show(record, state);
        Changed?.Invoke(sandbox, null, state);
        return sandbox;
    }

    /// <summary>Durable, then visible. The caller holds the sandbox's lock.</summary>
    internal void Change(PodSandbox sandbox, SandboxState state)
    {
        _disk.WriteStatus(sandbox.Id.ToString(), SandboxStatusDocument.From(state));
        Become(sandbox, state);
    }

    /// <summary>As <see cref="Change"/>, for what is true whether it can be written or not, and what a later start would find out again.</summary>
    /// <param name="reportUnwritten">Told why it could not be written; it is visible all the same.</param>
    internal void ChangeAnyway(PodSandbox sandbox, SandboxState state, Action<IOException> reportUnwritten)
    {
        try
        {
            Change(sandbox, state);
        }
        catch (IOException unwritable)
        {
            reportUnwritten(unwritable);
            Become(sandbox, state);
        }
    }

    /// <summary>Durable, then visible. The caller holds the sandbox's lock.</summary>
    internal void Allot(PodSandbox sandbox, PodResources resources)
    {
        _resources.Write(_disk.PathOf(sandbox.Id.ToString()), SandboxResourcesDocument.From(resources));
        sandbox.Resources = resources;
    }

    /// <summary>Takes up what the updates of earlier daemons left.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    internal void TakeUpResources(PodSandbox sandbox)
    {
        if (_resources.TryRead(_disk.PathOf(sandbox.Id.ToString())) is { } document)
        {
            sandbox.Resources = document.ToResources();
        }
    }

    /// <summary>Forgets a sandbox of which nothing is left.</summary>
    internal void Forget(PodSandboxRecord record)
    {
        _disk.Remove(record.Id.ToString());
        var sandbox = Hide(record);
        _names.Release(record.Key, record.Id.ToString());
        if (sandbox is not null)
        {
            Changed?.Invoke(sandbox, sandbox.State, null);
        }
    }

    internal IEnumerable<RecordOnDisk<SandboxRecordDocument, SandboxStatusDocument>> Load() => _disk.Load();

    /// <inheritdoc cref="RecordFolder{TRecord, TStatus}.MarkUnclaimed"/>
    internal void MarkUnclaimed(PodSandboxId id) => _disk.MarkUnclaimed(id.ToString());

    /// <inheritdoc cref="RecordFolder{TRecord, TStatus}.UnmarkUnclaimed"/>
    internal void UnmarkUnclaimed(PodSandboxId id) => _disk.UnmarkUnclaimed(id.ToString());

    internal bool IsUnclaimed(PodSandboxId id) => _disk.IsUnclaimed(id.ToString());

    internal void RemoveEmpty(string id) => _disk.RemoveEmpty(id);

    /// <summary>Takes up what was found on disk.</summary>
    internal PodSandbox Show(PodSandboxRecord record, SandboxState state)
    {
        var sandbox = new PodSandbox(record, state);
        using var change = Changes.Begin();
        _names.TryReserve(record.Key, record.Id.ToString());
        _sandboxes.Add(record.Id.ToString(), sandbox);
        return sandbox;
    }

    private PodSandbox? Hide(PodSandboxRecord record)
    {
        using var change = Changes.Begin();
        return _sandboxes.Remove(record.Id.ToString());
    }

    private void Become(PodSandbox sandbox, SandboxState next)
    {
        var before = sandbox.State;
        using (Changes.Begin())
        {
            sandbox.Become(next);
        }

        Changed?.Invoke(sandbox, before, next);
    }
}
