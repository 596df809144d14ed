using System.CommandLine;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd config: what serve would run with.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command("config", "Prints the configuration that serve would run with, as TOML.");
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            Console.Out.Write(ConfigurationText.Of(flags.Read(parsed)));
            return 0;
        });
        return command;
    }
}
