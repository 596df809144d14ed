using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp.Tests.Rig;

/// <summary>Ends what a test has started, and removes its cgroups.</summary>
internal static class Leftovers
{
    public static async Task EndAsync(ChildProcess monitor, MonitorArguments arguments)
    {
        using var limit = new CancellationTokenSource(MonitorRig.Limit);
        if (Directory.Exists(Path.Combine(arguments.RuntimeArguments[1], arguments.Id)))
        {
            await ProgramRun.RunAsync(
                new ProgramCommand
                {
                    Path = arguments.Runtime,
                    Arguments = [.. arguments.RuntimeArguments, "delete", "--force", arguments.Id],
                    Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                    TimeLimit = MonitorRig.Limit,
                },
                limit.Token);
        }

        if (!monitor.Handle.HasExited)
        {
            await Task.WhenAny(monitor.WaitForExitAsync(limit.Token), Task.Delay(TimeSpan.FromSeconds(3), limit.Token));
            if (!monitor.Handle.HasExited)
            {
                monitor.Handle.Signal(Signals.SIGKILL);
                await monitor.WaitForExitAsync(limit.Token);
            }
        }

        foreach (var hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
        {
            RemoveEmpty(Path.Combine(hierarchy, arguments.Id));
        }

        RemoveEmpty(Path.Combine("/sys/fs/cgroup", arguments.Id));
    }

    public static void Kill(int pid)
    {
        using var process = PidHandle.TryOpen(pid);
        process?.Signal(Signals.SIGKILL);
    }

    private static void RemoveEmpty(string cgroup)
    {
        if (!Directory.Exists(cgroup))
        {
            return;
        }

        foreach (var child in Directory.GetDirectories(cgroup))
        {
            RemoveEmpty(child);
        }

        try
        {
            Directory.Delete(cgroup);
        }
        catch (IOException busy)
        {
            throw new LinuxException("rmdir", $"{cgroup} still holds {File.ReadAllText(Path.Combine(cgroup, "cgroup.procs"))}: {busy.Message}", Errno.EBUSY);
        }
    }
}
