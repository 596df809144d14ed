using System.CommandLine;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd wipe: ends and removes what an instance has.</summary>
internal static class WipeCommand
{
    public static Command Create()
    {
        var flags = new SettingFlags();
        var force = new Option<bool>("--force") { Description = "also what runs since this boot, and records that can't be read" };
        var images = new Option<bool>("--images") { Description = "also the images that no container uses then, and all layers" };
        var command = new Command(
            "wipe",
            "Removes the pods and containers that an earlier boot has left, with all that belongs to them. Refuses while a daemon runs. "
            + "Ends with 0 when nothing of it stayed, else with 1.");
        command.Options.Add(force);
        command.Options.Add(images);
        flags.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
            WipeInstance.RunAsync(flags.Read(parsed), parsed.GetValue(force), parsed.GetValue(images), Console.Out, cancellationToken));
        return command;
    }
}
