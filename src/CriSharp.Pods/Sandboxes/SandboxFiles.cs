using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Pods.Persistence;
using CriSharp.Specs;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What all containers of a pod see of it as files: hostname, resolv.conf, and the shared memory.</summary>
internal sealed class SandboxFiles(InstanceFolders folders, string hostResolvConf)
{
    /// <summary>What Docker and both peers give a pod: 64 MiB.</summary>
    private const long SharedMemoryBytes = 64 << 20;

    private const int SharedMemoryMode = 0b1_111_111_111;
    private const int ResolvConfLimitBytes = 1 << 20;

    public void Make(PodSandboxRecord record)
    {
        HostPath.MakeDirectories(folders.RunOf(record.Id), Permissions.PrivateFolder);
        Write(folders.HostnameFileOf(record.Id), HostnameOf(record) + "\n");
        Write(folders.ResolvConfOf(record.Id), ResolvConfOf(record));
        if (record.HasHostIpc)
        {
            return;
        }

        HostPath.MakeDirectories(folders.SharedMemoryOf(record.Id), Permissions.PrivateFolder);
        Mounting.Tmpfs(folders.SharedMemoryOf(record.Id), SharedMemoryBytes, SharedMemoryMode);
    }

    /// <summary>Idempotent.</summary>
    public void Unmount(PodSandboxId id) => Mounting.Unmount(folders.SharedMemoryOf(id), lazy: true);

    /// <summary>Idempotent. The mounts have to be gone.</summary>
    public void Remove(PodSandboxId id)
    {
        foreach (var file in (string[])[folders.HostnameFileOf(id), folders.ResolvConfOf(id)])
        {
            File.Delete(file);
        }

        DeleteFolder(folders.SharedMemoryOf(id));
        DeleteFolder(folders.RunOf(id));
    }

    public static string HostnameOf(PodSandboxRecord record) =>
        record.HasHostNetwork || record.Config.Hostname.Length == 0 ? Environment.MachineName : record.Config.Hostname;

    private string ResolvConfOf(PodSandboxRecord record)
    {
        if (ResolvConf.Format(record.Config.DnsConfig) is { } own)
        {
            return own;
        }

        return HostPath.TryReadFile(hostResolvConf, ResolvConfLimitBytes) is { } hosts ? Encoding.UTF8.GetString(hosts) : "";
    }

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }
    }
}
