using System.CommandLine;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd check: whether this host has what serve needs, and whether the images are whole.</summary>
internal static class CheckCommand
{
    private const int HasErrors = 1;

    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command(
            "check", "Looks whether this host has what serve needs, and prints a line for each finding: ok, warning or error. Changes nothing without --repair. Ends with 1 when there is an error.");
        var repair = new Option<bool>("--repair")
        {
            Description = "looks only at images, while no daemon runs: sets aside what is damaged, removes what nobody needs, and ends with 0 when all is whole then",
        };
        command.Options.Add(repair);
        flags.AddTo(command);
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(repair)
            ? new RepairImages(flags.Read(parsed), Console.Out).RunAsync(cancellationToken)
            : RunAsync(flags.Read(parsed), Console.Out, cancellationToken));
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
