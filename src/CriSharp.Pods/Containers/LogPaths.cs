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

    /// <summary>Of a container that never was: a kubelet counts the logs that it finds as starts. One that holds something is an earlier container's. Idempotent.</summary>
    public static void RemoveEmpty(string logPath)
    {
        try
        {
            if (logPath.Length > 0 && new FileInfo(logPath) is { Exists: true, LinkTarget: null, Length: 0 })
            {
                File.Delete(logPath);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty file is no reason to keep all else from being undone.
        }
    }
}
