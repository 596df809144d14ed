using CriSharp.Linux.Files;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Audit;

/// <summary>Folders of an instance without a daemon, and who owns what in them.</summary>
internal sealed class AuditFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-audit-");

    public AuditFixture()
    {
        Options = new PodsOptions
        {
            Folders = new InstanceFolders(Path.Combine(_folder.FullName, "root"), Path.Combine(_folder.FullName, "run")),
            CgroupDriver = CgroupDriver.Cgroupfs,
            PausePath = "/pause",
            AuditPause = TimeSpan.FromMilliseconds(1),
        };
        foreach (var folder in (string[])[Folders.SandboxRecords, Folders.ContainerRecords, Folders.SandboxRuns, Folders.ContainerRuns])
        {
            Directory.CreateDirectory(folder);
        }

        Sandboxes = new PodSandboxStore(Folders);
        Containers = new ContainerStore(Folders);
        Owners = new IdOwners(Sandboxes, Containers, Options, []);
    }

    public PodsOptions Options { get; }

    public InstanceFolders Folders => Options.Folders;

    public PodSandboxStore Sandboxes { get; }

    public ContainerStore Containers { get; }

    public IdOwners Owners { get; }

    public string Folder => _folder.FullName;

    /// <summary>A file with its parents, as old as it says.</summary>
    public static string MakeOld(string path, TimeSpan age)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        return path;
    }

    public void Dispose() => TreeRemoval.Remove(_folder.FullName);
}
