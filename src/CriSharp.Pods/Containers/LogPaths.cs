using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>Where a container's log goes: the pod's log directory and the container's path below it.</summary>
internal static class LogPaths
{
    /// <returns>"" where the client asked for no log.</returns>
    /// <exception cref="RuntimeException">InvalidArgument: the path leaves the directory (CVE-2025-0750).</exception>
    public static string Resolve(string directory, string logPath)
    {
        if (logPath.Length == 0 || directory.Length == 0)
        {
            return "";
        }

        if (Path.IsPathRooted(logPath) || logPath.Contains('\0') || logPath.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw new RuntimeException(
                ErrorKind.InvalidArgument,
                $"container config: log_path \"{logPath}\" has to be relative to the pod's log_directory and stay in it");
        }

        return Path.Combine(directory, logPath);
    }

    /// <summary>Makes the folders of a log that its client has not made (the kubelet does), and the log itself, empty.</summary>
    /// <exception cref="IOException">A link or something else is in the way, or the disk has no room.</exception>
    public static void Make(ContainerRecord record)
    {
        if (!Directory.Exists(record.LogDirectory))
        {
            HostPath.MakeDirectories(record.LogDirectory, Permissions.PublicFolder);
        }

        using var tree = DirectoryTree.Open(record.LogDirectory, PathResolution.Strict);
        if (Path.GetDirectoryName(BelowDirectory(record)) is { Length: > 0 } folder)
        {
            tree.MakeDirectories(folder, Permissions.PublicFolder, (_, made) => FileDescriptor.Chmod(made, Permissions.PublicFolder)).Dispose();
        }

        LogFile.OpenAppend(record.LogPath, record.LogDirectory).Dispose();
    }

    /// <summary>Of a container that never was: a kubelet counts the logs that it finds as starts. One that holds something is an earlier container's. Idempotent.</summary>
    public static void RemoveEmpty(ContainerRecord record)
    {
        if (record.LogPath.Length == 0)
        {
            return;
        }

        try
        {
            using var tree = DirectoryTree.Open(record.LogDirectory, PathResolution.Strict);
            if (tree.TryStat(BelowDirectory(record)) is { Kind: FileKind.Regular, SizeBytes: 0 })
            {
                tree.Unlink(BelowDirectory(record));
            }
        }
        catch (IOException)
        {
            // An empty file is no reason to keep all else from being undone.
        }
    }

    private static string BelowDirectory(ContainerRecord record) => Path.GetRelativePath(record.LogDirectory, record.LogPath);
}
