using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Containers;

/// <summary>
/// A container's cgroup, found by its id alone, as its bundle names it: by it everything dies that the container has started, also where
/// it shares its processes with a pod or the host, and where the runtime does not help.
/// </summary>
public sealed class ContainerCgroups(CgroupHierarchies hierarchies, BundleStore bundles, PodsOptions options)
{
    /// <summary>Kills whatever is left in it. Idempotent.</summary>
    /// <exception cref="RuntimeException">DeadlineExceeded: something does not die; it is named.</exception>
    internal async Task KillAsync(ContainerId id, CancellationToken cancellationToken)
    {
        if (TryFind(id) is not { } path)
        {
            return;
        }

        try
        {
            await hierarchies.KillAsync(path, options.KillLimit, cancellationToken);
        }
        catch (TimeoutException stuck)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"container {id}: {stuck.Message}{FreezerWords(path)}", stuck);
        }
    }

    /// <summary>Removes what the runtime has left of it; to be called when all in it is killed. Idempotent.</summary>
    /// <inheritdoc cref="KillAsync"/>
    internal async Task RemoveAsync(ContainerId id, CancellationToken cancellationToken)
    {
        if (TryFind(id) is not { } path || !hierarchies.Exists(path))
        {
            return;
        }

        try
        {
            await hierarchies.RemoveAsync(path, options.KillLimit, cancellationToken);
        }
        catch (TimeoutException busy)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"container {id}: {busy.Message}", busy);
        }
    }

    /// <summary>A signal reaches what somebody has frozen only when it runs again.</summary>
    internal void Thaw(ContainerId id)
    {
        if (TryFind(id) is { } path)
        {
            hierarchies.Thaw(path);
        }
    }

    /// <summary>Whether the kernel killed one of its processes for want of memory, as far as its cgroup still tells.</summary>
    internal bool HasRunOutOfMemory(ContainerId id) => TryFind(id) is { } path && hierarchies.HasRunOutOfMemory(path);

    /// <summary>On cgroup v2 the kernel takes a limit below what is used, and kills for it; v1 refuses it.</summary>
    /// <param name="words">How the limit was asked for.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: the container uses more.</exception>
    internal void RequireRoomFor(ContainerId id, string words, long limitBytes)
    {
        if (TryFind(id) is { } path && hierarchies.UnreclaimableMemory(path) is { } used && used > limitBytes)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"container {id} can't be given {words}: it uses {used} bytes that can't be reclaimed, and would be killed; it keeps the limits that it had");
        }
    }

    /// <summary>What its cgroup has from its parent where nobody has said anything.</summary>
    /// <param name="unified">Files of cgroup v2.</param>
    internal LimitsFound LimitsOf(ContainerId id, IEnumerable<string> unified)
    {
        if (TryFind(id) is not { } path)
        {
            return new LimitsFound(null, null, null, new Dictionary<string, string>());
        }

        var values = unified.Select(file => (File: file, Value: ValueOf(file))).Where(found => found.Value is not null).ToDictionary(found => found.File, found => found.Value!);
        return new LimitsFound(SetOf("cpuset.cpus"), SetOf("cpuset.mems"), hierarchies.TryReadValue(path, "cpu.weight"), values);

        string? SetOf(string file) => ValueOf(file) is { Length: > 0 } value ? value : null;

        // v2: a set is empty where its parent's is in force.
        string? ValueOf(string file) => hierarchies.TryReadValue(path, file) is not "" and var value ? value : hierarchies.TryReadValue(path, $"{file}.effective") ?? "";
    }

    /// <summary>For an error: why something in it may not die. Empty when it is not known.</summary>
    internal string FreezerWords(ContainerId id) => TryFind(id) is { } path ? FreezerWords(path) : "";

    private string FreezerWords(CgroupPath path) =>
        hierarchies.IsFrozen(path) ? $"; its cgroup {path} is frozen, by itself or by one above it: thaw that one" : "";

    private CgroupPath? TryFind(ContainerId id)
    {
        if (HostPath.TryReadFile(bundles.Of(id).ConfigPath, RuntimeSpec.LimitBytes) is not { } config)
        {
            return null;
        }

        try
        {
            return RuntimeSpec.Parse(config).Linux.CgroupsPath is { Length: > 0 } text ? CgroupPlaces.PathOf(text) : null;
        }
        catch (FormatException)
        {
            // Half written when a daemon was killed: the runtime never saw it.
            return null;
        }
    }
}
