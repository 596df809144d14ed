using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Persistence;

/// <summary>Where one instance of the daemon keeps its things: what must outlive a reboot under the root, what must not under the run root.</summary>
public sealed record InstanceFolders(string Root, string RunRoot)
{
    /// <summary>Of the records of sandboxes and containers as this release writes them. Those of version 1, without a checksum, are read as well.</summary>
    internal const int RecordVersion = 2;

    internal const string StatusFileName = "status.json";

    public string SandboxRecords => Path.Combine(Root, "sandboxes");

    public string ContainerRecords => Path.Combine(Root, "containers");

    public string SandboxRuns => Path.Combine(RunRoot, "sandboxes");

    public string ContainerRuns => Path.Combine(RunRoot, "containers");

    /// <summary>The network plugin's request and result, kept for the DEL.</summary>
    public string NetworkOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), "network");

    public string RunOf(PodSandboxId id) => Path.Combine(SandboxRuns, id.ToString());

    public string NamespacesOf(PodSandboxId id) => Path.Combine(RunOf(id), "ns");

    public string SharedMemoryOf(PodSandboxId id) => Path.Combine(RunOf(id), "shm");

    public string HostnameFileOf(PodSandboxId id) => Path.Combine(RunOf(id), "hostname");

    public string ResolvConfOf(PodSandboxId id) => Path.Combine(RunOf(id), "resolv.conf");

    public string RunOf(ContainerId id) => Path.Combine(ContainerRuns, id.ToString());

    public string HostsFileOf(PodSandboxId id) => Path.Combine(RunOf(id), "hosts");

    public string RootFsOf(ContainerId id) => Path.Combine(RunOf(id), "rootfs");

    public string MonitorSocketOf(ContainerId id) => Path.Combine(RunOf(id), "monitor.sock");

    public string PidFileOf(ContainerId id) => Path.Combine(RunOf(id), "pid");

    /// <summary>Written by the monitor; under the root, so that an exit code survives whatever comes.</summary>
    public string ExitFileOf(ContainerId id) => Path.Combine(ContainerRecords, id.ToString(), "exit");

    internal string StatusOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), StatusFileName);

    internal string StatusOf(ContainerId id) => Path.Combine(ContainerRecords, id.ToString(), StatusFileName);

    public string InfraExitFileOf(PodSandboxId id) => Path.Combine(SandboxRecords, id.ToString(), "exit");
}
