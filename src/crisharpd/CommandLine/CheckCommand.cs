using System.CommandLine;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd check: whether this host has what serve needs.</summary>
internal static class CheckCommand
{
    private const int HasErrors = 1;

    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command(
            "check", "Looks whether this host has what serve needs, and prints a line for each finding: ok, warning or error. Changes nothing. Ends with 1 when there is an error.");
        flags.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(flags.Read(parsed), Console.Out, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(DaemonOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var findings = await HostChecks.RunAsync(options, cancellationToken);
        foreach (var finding in findings)
        {
            await output.WriteLineAsync(finding.ToString());
        }

        return findings.Any(finding => finding.Level == CheckLevel.Error) ? HasErrors : 0;
    }
}
