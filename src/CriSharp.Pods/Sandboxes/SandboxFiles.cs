using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Persistence;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What all containers of a pod see of it as files: hostname, resolv.conf, and the shared memory.</summary>
internal sealed class SandboxFiles(InstanceFolders folders, string hostResolvConf)
{
    /// <summary>What Docker and both peers give a pod: 64 MiB.</summary>
    private const long SharedMemoryBytes = 64 << 20;

    private const int SharedMemoryMode = 0b1_111_111_111;
    private const int HostFileLimitBytes = 1 << 20;
    private const string HostsFile = "/etc/hosts";

    public void Make(PodSandboxRecord record)
    {
        var ids = PodUserNamespace.Of(record);
        UserNamespaceFolders.MakePrivate(folders.RunOf(record.Id), ids);
        Write(record, folders.HostnameFileOf(record.Id), HostnameOf(record) + "\n");
        Write(record, folders.ResolvConfOf(record.Id), ResolvConfOf(record));
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
        Write(record, folders.HostsFileOf(record.Id), hosts is null ? text.ToString() : Encoding.UTF8.GetString(hosts));
    }

    /// <summary>Idempotent.</summary>
    public void Unmount(PodSandboxId id) => Mounting.Unmount(folders.SharedMemoryOf(id), lazy: true);

    /// <summary>Idempotent. The mounts have to be gone.</summary>
    public void Remove(PodSandboxId id)
    {
        if (!Directory.Exists(folders.RunOf(id)))
        {
            return;
        }

        foreach (var file in (string[])[folders.HostnameFileOf(id), folders.ResolvConfOf(id), folders.HostsFileOf(id)])
        {
            File.Delete(file);
        }

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

    private static void Write(PodSandboxRecord record, string path, string text)
    {
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
