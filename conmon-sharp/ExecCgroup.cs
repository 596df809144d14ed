using System.Globalization;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;

namespace ConmonSharp;

/// <summary>
/// The sub-cgroup of one exec, a folder in each hierarchy: what the exec starts stays in it, so that all of it can be killed.
/// </summary>
internal sealed class ExecCgroup(IReadOnlyList<string> folders)
{
    private const int FolderMode = Permissions.PublicFolder;
    private const string Processes = "cgroup.procs";

    /// <exception cref="LinuxException">ENOENT: the container's own cgroup has gone.</exception>
    public void Make()
    {
        foreach (var folder in folders)
        {
            using var parent = HostPath.Open(Path.GetDirectoryName(folder)!, OpenFlags.ReadOnly | OpenFlags.Directory);
            try
            {
                FileAt.MakeDirectory(parent, Path.GetFileName(folder), FolderMode);
            }
            catch (LinuxException there) when (there.ErrorNumber == Errno.EEXIST)
            {
                continue;
            }

            InheritCpuset(folder);
        }
    }

    /// <summary>Signals all that is in it now. Repeat until <see cref="TryRemove"/> succeeds: v1 can't kill a whole cgroup at once.</summary>
    public void Kill()
    {
        foreach (var folder in folders)
        {
            if (TryWrite($"{folder}/cgroup.kill", "1"))
            {
                continue;
            }

            foreach (var pid in Pids(folder))
            {
                KillMember(folder, pid);
            }
        }
    }

    private static void KillMember(string folder, int pid)
    {
        try
        {
            // Opened before it is looked up again: a number that changed hands in between is not killed.
            using var handle = PidHandle.TryOpen(pid);
            if (handle is not null && Array.IndexOf(Pids(folder), pid) >= 0)
            {
                handle.Signal(Signals.SIGKILL);
            }
        }
        catch (LinuxException)
        {
            // Out of descriptors: the next round tries again.
        }
    }

    /// <summary>What the exec left running goes on in the container's own cgroup.</summary>
    public void MoveToContainer()
    {
        foreach (var folder in folders)
        {
            foreach (var pid in Pids(folder))
            {
                TryWrite($"{Path.GetDirectoryName(folder)}/{Processes}", pid.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <returns>False: there is still something in it.</returns>
    public bool TryRemove()
    {
        var removed = true;
        foreach (var folder in folders)
        {
            try
            {
                using var parent = HostPath.TryOpen(Path.GetDirectoryName(folder)!, OpenFlags.ReadOnly | OpenFlags.Directory);
                if (parent is not null)
                {
                    FileAt.RemoveDirectory(parent, Path.GetFileName(folder));
                }
            }
            catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
            {
                continue;
            }
            catch (LinuxException)
            {
                // EBUSY, ENOTEMPTY: something is still in it. EMFILE ...: the next round tries again.
                removed = false;
            }
        }

        return removed;
    }

    // A new v1 cpuset is empty and takes no process. https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html
    private static void InheritCpuset(string folder)
    {
        foreach (var name in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
        {
            var own = SmallFile.TryReadGone($"{folder}/{name}");
            if (own is not null && own.Trim().Length == 0)
            {
                TryWrite($"{folder}/{name}", SmallFile.TryReadGone($"{Path.GetDirectoryName(folder)}/{name}") ?? "");
            }
        }
    }

    private static int[] Pids(string folder)
    {
        var words = TryReadProcesses(folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var pids = new int[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            pids[i] = int.Parse(words[i], CultureInfo.InvariantCulture);
        }

        // 0 is a process of another PID namespace.
        return Array.FindAll(pids, static pid => pid > 1);
    }

    private static string TryReadProcesses(string folder)
    {
        try
        {
            return SmallFile.TryReadGone($"{folder}/{Processes}") ?? "";
        }
        catch (IOException)
        {
            // Out of descriptors: the next round looks again.
            return "";
        }
    }

    private static bool TryWrite(string path, string text)
    {
        try
        {
            SmallFile.Write(path, text);
            return true;
        }
        catch (LinuxException)
        {
            // No such interface, or the process or the cgroup has gone: TryRemove shows whether it mattered.
            return false;
        }
    }
}
