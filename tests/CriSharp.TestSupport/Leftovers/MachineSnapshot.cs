using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;

namespace CriSharp.TestSupport.Leftovers;

/// <summary>
/// What a machine holds that a failed operation could leave behind, as sorted lines of text: compare one from before with one from after.
/// Zombies are not counted (who reaps orphans here is over a second late), nor what other tests do meanwhile, as far as the scope tells.
/// </summary>
public sealed class MachineSnapshot
{
    private readonly SortedSet<string> _lines;

    private MachineSnapshot(SortedSet<string> lines) => _lines = lines;

    public IReadOnlyCollection<string> Lines => _lines;

    public static MachineSnapshot Take(SnapshotScope scope)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        lines.UnionWith(Mounts(scope));
        lines.UnionWith(Cgroups(scope));
        lines.UnionWith(Interfaces(scope));
        lines.UnionWith(Files(scope));
        lines.UnionWith(ProcessListing.Marked(scope.Markers).Select(process => $"process {process}"));
        return new MachineSnapshot(lines);
    }

    /// <returns>One line for each thing that is there now and was not ("+ mount ..."), or was and is not ("- ..."); empty when nothing differs.</returns>
    public IReadOnlyList<string> Compare(MachineSnapshot after) =>
        [.. after.Besides(this).Select(line => $"+ {line}"), .. Besides(after).Select(line => $"- {line}")];

    /// <summary>Takes snapshots until nothing differs or the time is over: the kernel removes a veth, a cgroup or a dead process a moment after it was told to.</summary>
    public async Task<IReadOnlyList<string>> CompareWhenSettledAsync(SnapshotScope scope, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (true)
        {
            var differences = Compare(Take(scope));
            if (differences.Count == 0 || deadline.IsCancellationRequested)
            {
                return differences;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private IEnumerable<string> Besides(MachineSnapshot other) => _lines.ExceptBy(other._lines.Select(KeyOf), KeyOf);

    // A process may be about to become another program: its number tells that it is the same.
    private static string KeyOf(string line) => line.Split(' ', 3) is ["process", var pid, ..] ? $"process {pid}" : line;

    private static IEnumerable<string> Mounts(SnapshotScope scope) =>
        MountTable.Read().Where(mount => scope.Roots.Any(root => IsWithin(mount.Target, root))).Select(mount => $"mount {mount.Type} at {mount.Target}");

    private static IEnumerable<string> Cgroups(SnapshotScope scope) =>
        CgroupHierarchies.Detect().All
            .SelectMany(hierarchy => scope.CgroupTops.SelectMany(top => Tree(hierarchy.DirectoryOf(top))))
            .Select(directory => $"cgroup {directory}");

    // Host ends of veths have random names: a snapshot of all would see those of other tests, so with a bridge given only its own are taken.
    private static IEnumerable<string> Interfaces(SnapshotScope scope) =>
        scope.Bridges.Where(bridge => Directory.Exists($"/sys/class/net/{bridge}"))
            .SelectMany(bridge => Directory.EnumerateFileSystemEntries($"/sys/class/net/{bridge}/brif").Select(port => $"interface {Path.GetFileName(port)} on {bridge}"));

    // crun keeps the seccomp filters that it has compiled in its root.
    private static IEnumerable<string> Files(SnapshotScope scope) => scope.Roots
        .Where(Directory.Exists)
        .SelectMany(Tree)
        .Where(entry => !entry.Contains("/crun/.cache", StringComparison.Ordinal))
        .Select(entry => $"file {entry}");

    // Mounts of pods' file systems are listed as mounts; their content is not a leftover of its own.
    private static IEnumerable<string> Tree(string directory)
    {
        var pending = new Stack<string>();
        if (Directory.Exists(directory))
        {
            pending.Push(directory);
        }

        var mounts = MountTable.Read().Select(mount => mount.Target).ToHashSet();
        while (pending.TryPop(out var current))
        {
            yield return current;
            foreach (var entry in Entries(current))
            {
                if (Directory.Exists(entry) && !mounts.Contains(entry) && new DirectoryInfo(entry).LinkTarget is null)
                {
                    pending.Push(entry);
                }
                else if (!IsCgroupFile(entry) && !IsProbe(entry))
                {
                    yield return entry;
                }
            }
        }
    }

    private static bool IsCgroupFile(string path) => path.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal);

    // There for a moment every ten seconds: the daemon's look whether it can write.
    private static bool IsProbe(string path) => Path.GetFileName(path) == Linux.Files.FolderProbe.FileName;

    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool IsWithin(string path, string root) => path == root || path.StartsWith(root + '/', StringComparison.Ordinal);
}
