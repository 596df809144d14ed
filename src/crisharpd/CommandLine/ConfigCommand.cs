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
        var check = new Option<bool>("--check") { Description = "print nothing; the exit code says whether it is right" };
        command.Options.Add(check);
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = flags.Read(parsed);
            if (!parsed.GetValue(check))
            {
                Console.Out.Write(ConfigurationText.Of(options));
            }

            return 0;
        });
        return command;
    }
}
