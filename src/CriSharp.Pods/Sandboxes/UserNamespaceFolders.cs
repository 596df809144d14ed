using CriSharp.Linux.Files;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// The way to what a pod with a user namespace is made of. Its root is nobody on the host, but the OCI runtime mounts in its name: so it may
/// go through the run root, and into the folders of its own pod, which nobody else on the host may enter (CVE-2021-41103).
/// </summary>
internal static class UserNamespaceFolders
{
    private const int OthersExecute = 1;
    private static readonly Lock Opening = new();
    private const int GroupTraverses = 0x1C8; // 0710

    /// <summary>Makes a folder of one pod or container that only its root may enter, and the host's.</summary>
    /// <param name="ids">Null: the host's root alone.</param>
    public static void MakePrivate(string folder, PodUserNamespace? ids)
    {
        HostPath.MakeDirectories(folder, Permissions.PrivateFolder);
        if (ids is null)
        {
            return;
        }

        using var opened = HostPath.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        FileDescriptor.Chown(opened, 0, ids.Groups.HostId);
        FileDescriptor.Chmod(opened, GroupTraverses);
    }

    /// <summary>Gives a file or folder of the pod to its root.</summary>
    /// <param name="ids">Null: it is the host's root's already.</param>
    public static void GiveToRoot(string path, PodUserNamespace? ids)
    {
        if (ids is not null)
        {
            using var opened = HostPath.Open(path, OpenFlags.ReadOnly);
            FileDescriptor.Chown(opened, ids.Users.HostId, ids.Groups.HostId);
        }
    }

    /// <summary>Opens the run root for passing through; what lies in it is closed by itself.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: a folder above the run root is closed.</exception>
    public static void OpenWay(InstanceFolders folders)
    {
        lock (Opening)
        {
            Directory.CreateDirectory(folders.ContainerRuns);
            Directory.CreateDirectory(folders.SandboxRuns);
            CloseOlderRuns(folders);
            OpenRuns(folders);
        }

        for (var above = Path.GetDirectoryName(folders.RunRoot); above is not null; above = Path.GetDirectoryName(above))
        {
            if ((ModeOf(above) & OthersExecute) == 0)
            {
                throw new RuntimeException(
                    ErrorKind.FailedPrecondition,
                    $"a pod with a user namespace can't be made: its root has to pass through {above} to its files under {folders.RunRoot}, and that is closed to it: chmod o+x {above}, or give another --runroot");
            }
        }
    }

    private static void OpenRuns(InstanceFolders folders)
    {
        foreach (var folder in (string[])[folders.RunRoot, folders.ContainerRuns, folders.SandboxRuns])
        {
            using var opened = HostPath.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
            FileDescriptor.Chmod(opened, FileDescriptor.Stat(opened).Mode | OthersExecute);
        }
    }

    /// <summary>An earlier release left the folders of containers open, in a run root that was closed.</summary>
    private static void CloseOlderRuns(InstanceFolders folders)
    {
        if ((ModeOf(folders.RunRoot) & OthersExecute) != 0)
        {
            return;
        }

        foreach (var run in Directory.EnumerateDirectories(folders.ContainerRuns).Concat(Directory.EnumerateDirectories(folders.SandboxRuns)))
        {
            using var opened = HostPath.TryOpen(run, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (opened is not null)
            {
                FileDescriptor.Chmod(opened, Permissions.PrivateFolder);
            }
        }
    }

    private static int ModeOf(string folder)
    {
        using var opened = HostPath.Open(folder, OpenFlags.PathOnly);
        return FileDescriptor.Stat(opened).Mode;
    }
}
