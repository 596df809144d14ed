using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Persistence;

/// <summary>Where one instance of the daemon keeps its things: what must outlive a reboot under the root, what must not under the run root.</summary>
public sealed record InstanceFolders(string Root, string RunRoot)
{
    /// <summary>In a sandbox's record folder: the network's request and result, kept for the DEL.</summary>
    public const string NetworkFolder = "network";

    /// <summary>Of the records of sandboxes and containers as this release writes them. Those of version 1, without a checksum, are read as well.</summary>
    internal const int RecordVersion = 2;

    internal const string StatusFileName = "status.json";

    internal const string ResourcesFileName = "resources.json";

    /// <summary>Where images, layers and their documents lie: the root, unless they have a disk of their own.</summary>
    public string ImageStore { get => field ?? Root; init; }

    /// <summary>The folders in which stores lie.</summary>
    public IReadOnlyList<string> Stores => ImageStore == Root ? [Root] : [Root, ImageStore];

    public IReadOnlyList<string> All => [.. Stores, RunRoot];

    public string SandboxRecords => Path.Combine(Root, "sandboxes");

    public string ContainerRecords => Path.Combine(Root, "containers");

    public string SandboxRuns => Path.Combine(RunRoot, "sandboxes");

    public string ContainerRuns => Path.Combine(RunRoot, "containers");

    /// <summary>Sandboxes whose DEL is owed to the network, by their ids. Each owns the sandbox's pinned network namespace.</summary>
    public string NetworkDebts => Path.Combine(Root, "network-debts");

    /// <summary>Whether a folder right in root or run root has a name that this daemon gives: an administrator may have mounted a disk there.</summary>
    public static bool IsOwn(string name) =>
        name is "sandboxes" or "containers" or "broken" or "network-debts" or "content" or "layers" or "snapshots" or "images" or "runtime" or "reserve";

    public string NetworkOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), NetworkFolder);

    public string NetworkDebtOf(PodSandboxId id) => Path.Combine(NetworkDebts, id.ToString());

    public string RunOf(PodSandboxId id) => Path.Combine(SandboxRuns, id.ToString());

    public string NamespacesOf(PodSandboxId id) => Path.Combine(RunOf(id), "ns");

    public string SharedMemoryOf(PodSandboxId id) => Path.Combine(RunOf(id), "shm");

    /// <summary>Where hostname, resolv.conf and hosts lie, in a file system of their own.</summary>
    public string FilesOf(PodSandboxId id) => Path.Combine(RunOf(id), "files");

    public string RunOf(ContainerId id) => Path.Combine(ContainerRuns, id.ToString());

    public string RootFsOf(ContainerId id) => Path.Combine(RunOf(id), "rootfs");

    /// <summary>Where the images of its image volumes are mounted.</summary>
    public string VolumesOf(ContainerId id) => Path.Combine(RunOf(id), "volumes");

    public string MonitorSocketOf(ContainerId id) => Path.Combine(RunOf(id), "monitor.sock");

    public string PidFileOf(ContainerId id) => Path.Combine(RunOf(id), "pid");

    /// <summary>Written by the monitor; under the root, so that an exit code survives whatever comes.</summary>
    public string ExitFileOf(ContainerId id) => Path.Combine(ContainerRecords, id.ToString(), "exit");

    internal string StatusOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), StatusFileName);

    internal string ResourcesOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), ResourcesFileName);

    internal string ResourcesOf(ContainerId id) => Path.Combine(ContainerRecords, id.ToString(), ResourcesFileName);

    internal string StatusOf(ContainerId id) => Path.Combine(ContainerRecords, id.ToString(), StatusFileName);

    public string InfraExitFileOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), "exit");
}
