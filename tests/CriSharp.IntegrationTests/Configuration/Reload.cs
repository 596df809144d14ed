using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Configuration;

/// <summary>Has a daemon take up another configuration, as people do it.</summary>
internal static class Reload
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    /// <returns>The exit code of <c>crisharpd reload</c>, and what it has said.</returns>
    public static async Task<(int Exit, string Words)> RunAsync(DaemonInstance daemon, string configuration)
    {
        await File.WriteAllTextAsync(daemon.ConfigFile, configuration);
        var run = await ProgramRun.RunAsync(
            new ProgramCommand { Path = PublishedPrograms.Daemon, Arguments = ["reload", "--config", "/dev/null", "--runroot", daemon.RunRoot], TimeLimit = Limit },
            CancellationToken.None);
        return (run.Exit.ShellCode, run.StandardOutputText + run.StandardErrorText);
    }
}
