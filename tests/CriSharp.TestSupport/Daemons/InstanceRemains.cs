using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Daemons;

/// <summary>Ends and removes whatever is left of an instance, so that a test that failed half-way does not spoil the next one.</summary>
internal sealed class InstanceRemains(string folder, CgroupPath cgroup)
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(20);

    public async Task RemoveAsync()
    {
        await EndAsync(folder);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Processes, mounts below a folder and cgroups; files stay.</summary>
    public async Task EndAsync(string mounts)
    {
        await KillProcessesAsync();
        foreach (var mount in MountsBelow(mounts))
        {
            await RunAsync("/usr/bin/umount", "-l", mount);
        }

        await TestNode.RemoveCgroupAsync(cgroup);
    }

    /// <summary>Monitors name the instance's folder on their command lines; containers are in its cgroup.</summary>
    private async Task KillProcessesAsync()
    {
        var monitors = Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CommandLine(pid).Contains(folder + "/", StringComparison.Ordinal));
        foreach (var pid in monitors.Concat(CgroupHierarchies.Detect().Pids(cgroup)).Distinct().ToList())
        {
            using var process = PidHandle.TryOpen(pid);
            if (process is not null && process.Signal(Signals.SIGKILL))
            {
                using var limit = new CancellationTokenSource(CommandLimit);
                await process.WaitForExitAsync(limit.Token);
            }
        }
    }

    private static List<string> MountsBelow(string folder) => File.ReadLines("/proc/self/mounts")
        .Select(line => line.Split(' ')[1])
        .Where(mount => mount.StartsWith(folder + "/", StringComparison.Ordinal))
        .Reverse()
        .ToList();

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task RunAsync(string program, params string[] arguments) => await ProgramRun.RunAsync(
        new ProgramCommand { Path = program, Arguments = arguments, TimeLimit = CommandLimit },
        CancellationToken.None);
}
