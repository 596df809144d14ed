using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Daemons;

/// <summary>Ends and removes whatever is left of an instance, so that a test that failed half-way does not spoil the next one.</summary>
internal sealed class InstanceRemains(string folder, string name)
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(20);

    public async Task RemoveAsync()
    {
        await KillProcessesAsync();
        foreach (var mount in MountsBelow(folder))
        {
            await RunAsync("/usr/bin/umount", "-l", mount);
        }

        if (Directory.Exists($"/sys/class/net/{name}"))
        {
            await RunAsync("/usr/sbin/ip", "link", "delete", name);
        }

        RemoveCgroups();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Monitors name the instance's folder on their command lines; containers are in its cgroup.</summary>
    private async Task KillProcessesAsync()
    {
        var monitors = Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CommandLine(pid).Contains(folder + "/", StringComparison.Ordinal));
        var members = Cgroups().SelectMany(cgroup => Pids(Path.Combine(cgroup, "cgroup.procs")));
        foreach (var pid in monitors.Concat(members).Distinct().ToList())
        {
            using var process = PidHandle.TryOpen(pid);
            if (process is not null && process.Signal(Signals.SIGKILL))
            {
                using var limit = new CancellationTokenSource(CommandLimit);
                await process.WaitForExitAsync(limit.Token);
            }
        }
    }

    private IEnumerable<string> Cgroups() => Directory.EnumerateDirectories("/sys/fs/cgroup")
        .Append("/sys/fs/cgroup")
        .Select(hierarchy => Path.Combine(hierarchy, name))
        .Where(Directory.Exists)
        .SelectMany(cgroup => Directory.EnumerateDirectories(cgroup, "*", SearchOption.AllDirectories).Append(cgroup));

    private void RemoveCgroups()
    {
        // The deepest first; a cgroup's files go with it.
        foreach (var cgroup in Cgroups().OrderByDescending(path => path.Length).ToList())
        {
            Directory.Delete(cgroup, recursive: false);
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

    private static List<int> Pids(string path)
    {
        try
        {
            return File.ReadAllLines(path).Select(int.Parse).ToList();
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static async Task RunAsync(string program, params string[] arguments) => await ProgramRun.RunAsync(
        new ProgramCommand { Path = program, Arguments = arguments, TimeLimit = CommandLimit },
        CancellationToken.None);
}
