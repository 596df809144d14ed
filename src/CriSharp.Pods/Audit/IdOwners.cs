using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Audit;

/// <summary>Others in the daemon who answer for ids, such as those of pods that are gone but owe something to their network.</summary>
public interface IIdOwner
{
    bool Owns(string id);
}

/// <summary>
/// Tells whose an id is. Ids are random and never used twice, so one without an owner, of which something is there, is left over for ever.
/// </summary>
public sealed class IdOwners(PodSandboxStore sandboxes, ContainerStore containers, PodsOptions options, IEnumerable<IIdOwner> others)
{
    private readonly InstanceFolders _folders = options.Folders;
    private readonly LeftAlone _leftAlone = new(options.Folders);

    /// <summary>Whether a pod sandbox or a container has the id: in the making, there, on its way out, half made, or set aside as broken.</summary>
    public bool Owns(string id) =>
        sandboxes.Owns(id) || containers.Owns(id) || _leftAlone.Has(id) || others.Any(other => other.Owns(id));

    /// <summary>Whether an id without an owner has surely been one of ours: a folder of this instance has its name.</summary>
    public bool WasOurs(string id) =>
        ContainerId.TryParse(id, out var known)
        && (Directory.Exists(_folders.RunOf(known)) || Directory.Exists(_folders.RunOf(PodSandboxId.Parse(id))) || Directory.Exists(Path.Combine(_folders.Root, "snapshots", id)));

    /// <summary>Whether somebody else on this machine has something mounted under that id: another instance, another runtime.</summary>
    /// <param name="mounts">Of this moment.</param>
    public bool IsElsewhere(string id, IReadOnlyList<MountEntry> mounts)
    {
        var ours = InstanceMounts.Roots(_folders);
        return mounts.Any(mount => mount.Target.Contains(id, StringComparison.Ordinal) && !ours.Any(root => mount.Target.StartsWith(root + '/', StringComparison.Ordinal)));
    }

    /// <summary>Both locks of an id, as its verbs take them.</summary>
    public async Task<IDisposable> LockAsync(string id, CancellationToken cancellationToken)
    {
        if (!ContainerId.TryParse(id, out var known))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"\"{id}\" is not the id of a pod sandbox or a container");
        }

        var sandbox = await sandboxes.LockAsync(PodSandboxId.Parse(id), cancellationToken);
        try
        {
            return new Locks(sandbox, await containers.LockAsync(known, cancellationToken));
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    private sealed class Locks(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}
