using System.CommandLine;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd config: what serve would run with, what is usual, or what a crio.conf amounts to.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command("config", "Prints the configuration that serve would run with, as TOML, with what each setting means.");
        var check = new Option<bool>("--check") { Description = "print nothing; the exit code says whether it is right" };
        var usual = new Option<bool>("--default") { Description = "print what is usual instead, whatever is configured" };
        var crio = new Option<string?>("--from-crio")
        {
            Description = "print what this crio.conf, with the folder FILE.d beside it, amounts to; what was taken, left or not known is said on standard error",
            HelpName = "FILE",
        };
        command.Options.Add(check);
        command.Options.Add(usual);
        command.Options.Add(crio);
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(crio) is { } path)
            {
                return ConvertCrioConf.Run(path, Console.Out, Console.Error);
            }

            if (parsed.GetValue(usual))
            {
                Console.Out.Write(ConfigurationText.Usual());
                return 0;
            }

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
