using System.Globalization;
using System.Text;

namespace CriSharp.Linux.Processes;

/// <summary>
/// Programs that an earlier process ran by <see cref="ProgramRun"/> and left behind when it was killed: nobody limits or awaits them any more.
/// They are known by a variable of their environment, and by their input; a daemon that such a program has started has input of its own.
/// </summary>
public static class OrphanedSessions
{
    private const int LimitBytes = 256 * 1024;

    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    /// <summary>Kills each with its session, and waits until it is dead.</summary>
    /// <param name="variable">The beginning of the variable, "NAME=value".</param>
    /// <param name="own">The variable of those to be spared.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> KillAsync(string variable, string own)
    {
        var killed = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && IsOrphan(pid, variable, own))
            {
                killed += await TryKillAsync(pid, variable, own) ? 1 : 0;
            }
        }

        return killed;
    }

    private static bool IsOrphan(int pid, string variable, string own)
    {
        try
        {
            return VariableOf(pid, variable) is { } found
                && found != own
                && ProcessIdentity.TryReadSession(pid) == pid
                && new FileInfo($"/proc/{pid}/fd/0").LinkTarget?.StartsWith($"/memfd:{ProgramRun.InputName} ", StringComparison.Ordinal) == true;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // It has just gone, or is none of ours: those can be looked at.
            return false;
        }
    }

    // A shell that goes on as another program hands the variables over in an order of its own.
    private static string? VariableOf(int pid, string beginning)
    {
        var environment = ProcFile.TryRead($"/proc/{pid}/environ", LimitBytes) ?? [];
        return Encoding.UTF8.GetString(environment).Split('\0').FirstOrDefault(variable => variable.StartsWith(beginning, StringComparison.Ordinal));
    }

    private static async Task<bool> TryKillAsync(int pid, string variable, string own)
    {
        // The pidfd first, then the question again: the number may have changed hands in between.
        using var handle = PidHandle.TryOpen(pid);
        if (handle is null || !IsOrphan(pid, variable, own))
        {
            return false;
        }

        handle.Signal(Signals.SIGKILL);
        ProcessSession.Kill(pid, withGroup: false);
        using var limit = new CancellationTokenSource(KillLimit);
        try
        {
            await handle.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It hangs in the kernel, and dies when it comes back from there.
        }

        return true;
    }
}
