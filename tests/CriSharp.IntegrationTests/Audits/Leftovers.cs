using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Audits;

/// <summary>Leftovers of one instance, made by hand as crashes and lost records would leave them.</summary>
internal sealed class Leftovers(DaemonInstance daemon)
{
    /// <summary>A veth on the bridge.</summary>
    public const string Link = "crileft0";

    private static readonly TimeSpan Old = TimeSpan.FromHours(2);

    /// <summary>What an audit is to find.</summary>
    public static IEnumerable<string> Kinds =>
        ["address", "bundle", "cgroup", "image document", "interface", "layer folder", "mount", "namespaces", "pod folder", "snapshot", "staging folder", "temporary file"];

    /// <summary>Those that may be somebody else's: no daemon removes them unasked.</summary>
    public static IEnumerable<string> KindsForPeople => ["address", "cgroup", "interface", "mount"];

    public static string NewId() => Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");

    public async Task MakeAsync()
    {
        // A pod's run folder with pinned namespaces and shared memory; its address is known to be ours by it.
        var pod = NewId();
        var run = Path.Combine(daemon.RunRoot, "sandboxes", pod);
        Directory.CreateDirectory(Path.Combine(run, "shm"));
        await NamespacePins.CreateAsync(Path.Combine(run, "ns"), new NamespaceRequest { Kinds = NamespaceKinds.Network | NamespaceKinds.Ipc });
        Mounting.Tmpfs(Path.Combine(run, "shm"), 1 << 20, 0b1_111_111_111);
        Lease(200, pod);
        Lease(201, NewId());

        // A container's run folder with a mounted root, and its snapshot.
        var container = NewId();
        var rootFs = Path.Combine(daemon.RunRoot, "containers", container, "rootfs");
        Directory.CreateDirectory(rootFs);
        Mounting.Tmpfs(rootFs, 1 << 20, 0b111_101_101);
        MakeOld(Path.Combine(rootFs, "proc", "file"));
        MakeOld(Path.Combine(daemon.Root, "snapshots", container, "snapshot.json"), """{"version": 1, "layers": []}""");

        // Mounts in places without an owner, one of them surely ours.
        foreach (var place in (string[])[Path.Combine(daemon.Root, "content", "sha512"), Path.Combine(daemon.Root, "snapshots", container, "upper")])
        {
            Directory.CreateDirectory(place);
            Mounting.Tmpfs(place, 1 << 20, 0b111_101_101);
        }

        CgroupHierarchies.Detect().Create(CgroupPath.Parse(daemon.CgroupParent).Append(NewId()), CgroupDelegation.AsItIs);
        await RunAsync("/sbin/ip", "link", "add", Link, "type", "veth", "peer", "name", "crileft1");
        await RunAsync("/sbin/ip", "link", "set", Link, "master", daemon.Network.Bridge);

        // Disk: what pulls and writers leave.
        MakeOld(Path.Combine(daemon.Root, "layers", "sha256-" + NewId(), "tree", "file"));
        MakeOld(Path.Combine(daemon.Root, "content", "sha256", NewId()));
        var staging = Path.Combine(daemon.Root, "layers", ".staging", "left");
        MakeOld(Path.Combine(staging, "tree", "file"));
        Directory.SetLastWriteTimeUtc(staging, DateTime.UtcNow - Old);
        MakeOld(Path.Combine(Directory.EnumerateDirectories(Path.Combine(daemon.Root, "sandboxes")).First(), "status.json.new"));
    }

    // What host-local writes.
    private void Lease(int host, string id) => File.WriteAllText(Path.Combine(daemon.Network.LeaseDirectory, $"{daemon.Network.Prefix}.{host}"), $"{id}\r\neth0");

    private static void MakeOld(string path, string text = "x")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - Old);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = program, Arguments = arguments, Environment = ["PATH=/sbin:/bin"], TimeLimit = TimeSpan.FromSeconds(30) }, CancellationToken.None);
        Assert.True(output.Exit.IsSuccess, output.StandardErrorText);
    }
}
