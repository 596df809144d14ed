using System.CommandLine;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd version.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "as a JSON document" };
        var command = new Command("version", "Prints the version.");
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var version = DaemonVersion.Document;
            Console.Out.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(version, AdminJson.Default.VersionDocument)
                : $"crisharpd {version.Version} ({version.Framework}{(version.AheadOfTime ? ", native" : "")})");
            return 0;
        });
        return command;
    }
}
