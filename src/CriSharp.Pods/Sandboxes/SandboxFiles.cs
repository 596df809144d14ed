using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Persistence;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What all containers of a pod see of it as files: hostname, resolv.conf, hosts, and the shared memory. They may write to all of them.</summary>
internal sealed class SandboxFiles(InstanceFolders folders, string hostResolvConf)
{
    /// <summary>What Docker and both peers give a pod: 64 MiB.</summary>
    private const long SharedMemoryBytes = 64 << 20;

    private const int SharedMemoryMode = 0b1_111_111_111;
    private const int HostFileLimitBytes = 1 << 20;

    /// <summary>Both of the host's files fit. In the run root a container could fill that, and with it the node's /run.</summary>
    private const long FilesBytes = 4 << 20;

    /// <summary>Three files, their folder and their labels.</summary>
    private const int FilesInodes = 32;

    private const string HostsFile = "/etc/hosts";
    private const string HostnameName = "hostname";
    private const string ResolvConfName = "resolv.conf";
    private const string HostsName = "hosts";

    /// <summary>Pods of releases that gave these files no file system of their own have them in their run folder.</summary>
    public static PodFiles Of(InstanceFolders folders, PodSandboxId id)
    {
        var folder = Directory.Exists(folders.FilesOf(id)) ? folders.FilesOf(id) : folders.RunOf(id);
        return new PodFiles
        {
            HostnamePath = Path.Combine(folder, HostnameName),
            ResolvConfPath = Path.Combine(folder, ResolvConfName),
            HostsPath = Path.Combine(folder, HostsName),
            ShmPath = folders.SharedMemoryOf(id),
        };
    }

    public void Make(PodSandboxRecord record)
    {
        var ids = PodUserNamespace.Of(record);
        UserNamespaceFolders.MakePrivate(folders.RunOf(record.Id), ids);
        HostPath.MakeDirectories(folders.FilesOf(record.Id), Permissions.PrivateFolder);
        Mounting.Tmpfs(folders.FilesOf(record.Id), FilesBytes, Permissions.PrivateFolder, inodes: FilesInodes);
        UserNamespaceFolders.MakePrivate(folders.FilesOf(record.Id), ids);
        Write(record, HostnameName, HostnameOf(record) + "\n");
        Write(record, ResolvConfName, ResolvConfOf(record));
        if (record.HasHostIpc)
        {
            return;
        }

        HostPath.MakeDirectories(folders.SharedMemoryOf(record.Id), Permissions.PrivateFolder);
        Mounting.Tmpfs(folders.SharedMemoryOf(record.Id), SharedMemoryBytes, SharedMemoryMode, selinuxContext: SharedLabelOf(record));
        UserNamespaceFolders.GiveToRoot(folders.SharedMemoryOf(record.Id), ids);
    }

    /// <summary>For clients that bring no /etc/hosts of their own (the kubelet does): the pod knows itself by its name.</summary>
    public void WriteHosts(PodSandboxRecord record, IReadOnlyList<string> ips)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (var ip in ips)
        {
            text.Append(ip).Append('\t').Append(HostnameOf(record)).Append('\n');
        }

        var hosts = record.HasHostNetwork ? HostPath.TryReadFile(HostsFile, HostFileLimitBytes) : null;
        Write(record, HostsName, hosts is null ? text.ToString() : Encoding.UTF8.GetString(hosts));
    }

    /// <summary>Idempotent.</summary>
    public void Unmount(PodSandboxId id)
    {
        Mounting.Unmount(folders.SharedMemoryOf(id), lazy: true);
        Mounting.Unmount(folders.FilesOf(id), lazy: true);
    }

    /// <summary>Idempotent. The mounts have to be gone.</summary>
    public void Remove(PodSandboxId id)
    {
        if (!Directory.Exists(folders.RunOf(id)))
        {
            return;
        }

        // Of pods that an earlier release made; others have gone with the mount.
        foreach (var name in (string[])[HostnameName, ResolvConfName, HostsName])
        {
            File.Delete(Path.Combine(folders.RunOf(id), name));
        }

        DeleteFolder(folders.FilesOf(id));
        DeleteFolder(folders.SharedMemoryOf(id));
        if (!Directory.Exists(folders.NamespacesOf(id)))
        {
            DeleteFolder(folders.RunOf(id));
        }
    }

    /// <summary>For a network debt, which may hold the last namespace longer than the sandbox has its files: whoever is last removes the folder.</summary>
    public static void RemoveEmptyFolder(InstanceFolders folders, PodSandboxId id)
    {
        var folder = new DirectoryInfo(folders.RunOf(id));
        if (folder.Exists && folder.GetFileSystemInfos().Length == 0)
        {
            DeleteFolder(folder.FullName);
        }
    }

    /// <summary>The pod's, whatever its containers are: they share it. A level is there only where the host has SELinux.</summary>
    private static string? SharedLabelOf(PodSandboxRecord record) =>
        record.SelinuxLevel is { } level ? SelinuxRules.FileLabel(record.Config.Linux?.SecurityContext?.SelinuxOptions, level).ToString() : null;

    public static string HostnameOf(PodSandboxRecord record) =>
        record.HasHostNetwork || record.Config.Hostname.Length == 0 ? HostName.Read() : record.Config.Hostname;

    private string ResolvConfOf(PodSandboxRecord record)
    {
        if (ResolvConf.Format(record.Config.DnsConfig) is { } own)
        {
            return own;
        }

        return HostPath.TryReadFile(hostResolvConf, HostFileLimitBytes) is { } hosts ? Encoding.UTF8.GetString(hosts) : "";
    }

    private void Write(PodSandboxRecord record, string name, string text)
    {
        var path = Path.Combine(folders.FilesOf(record.Id), name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        if (SharedLabelOf(record) is { } label)
        {
            SelinuxTree.Label(path, label);
        }

        UserNamespaceFolders.GiveToRoot(path, PodUserNamespace.Of(record));
    }

    private static void DeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
    }
}
