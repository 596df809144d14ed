using System.CommandLine;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd serve: runs the daemon until SIGTERM or SIGINT; SIGHUP has it read its configuration again.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command("serve", "Runs the daemon until SIGTERM. Containers go on when it ends, and are found again when it starts.");
        flags.AddTo(command);
        command.SetAction((parsed, cancellationToken) => DaemonHost.RunAsync(() => flags.Read(parsed), cancellationToken));
        return command;
    }
}
