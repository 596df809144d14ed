using System.Globalization;
using CriSharp.Linux.Processes;

namespace CriSharp.IntegrationTests.Machine;

/// <summary>The monitors of an instance, as the host sees them.</summary>
internal static class Monitors
{
    /// <param name="folder">The instance's.</param>
    /// <param name="container">"": of all.</param>
    public static List<int> Of(string folder, string container) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)).Where(name => char.IsAsciiDigit(name[0])).Where(name => IsMonitor(name, folder, container))
            .Select(name => int.Parse(name, CultureInfo.InvariantCulture))];

    /// <summary>kill -9, as the OOM killer would.</summary>
    public static void Kill(string folder, string container)
    {
        var pids = Of(folder, container);
        Assert.NotEmpty(pids);
        foreach (var pid in pids)
        {
            using var monitor = PidHandle.TryOpen(pid);
            monitor?.Signal(Signals.SIGKILL);
        }
    }

    /// <summary>As a session manager does it: with the OCI runtime that each has under way.</summary>
    public static async Task KillSessionsAsync(string folder)
    {
        foreach (var pid in Of(folder, ""))
        {
            await ProgramRun.RunAsync(
                new ProgramCommand { Path = "/usr/bin/pkill", Arguments = ["-KILL", "-s", $"{pid}"], TimeLimit = TimeSpan.FromSeconds(30) },
                CancellationToken.None);
        }
    }

    private static bool IsMonitor(string pid, string folder, string container)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words[0].EndsWith("/conmon-sharp", StringComparison.Ordinal)
                && words.Any(word => word.StartsWith(folder + "/", StringComparison.Ordinal))
                && (container.Length == 0 || words.Contains(container));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
