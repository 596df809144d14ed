using CriSharp.Linux;
using CriSharp.Linux.Processes;

namespace CriSharp.Cni;

/// <summary>
/// Plugins that an earlier daemon of this instance left running when it was killed. They would go on changing what this one undoes,
/// so they end before its first plugin runs.
/// </summary>
internal sealed class PluginOrphans(string instance)
{
    private const string Variable = "CRISHARP_PLUGIN_OF";

    private readonly Lazy<Task> _ended = new(() => instance.Length == 0 ? Task.CompletedTask : KillAsync(instance));

    /// <summary>A variable of each plugin's environment: the instance, then the daemon.</summary>
    public string Mark { get; } = MarkOf(instance, Daemon);

    private static string Daemon { get; } = ProcessIdentity.TryRead(Environment.ProcessId) is { } self ? $"{self.Pid}:{self.StartTicks}" : $"{Environment.ProcessId}";

    /// <summary>Once; later calls wait for the first.</summary>
    public Task EndAsync() => _ended.Value;

    private static async Task KillAsync(string instance)
    {
        try
        {
            await OrphanedSessions.KillAsync(MarkOf(instance, ""), MarkOf(instance, Daemon));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or LinuxException)
        {
            // What can't be ended must not keep pods from their network.
        }
    }

    private static string MarkOf(string instance, string daemon) => $"{Variable}={instance}|{daemon}";
}
