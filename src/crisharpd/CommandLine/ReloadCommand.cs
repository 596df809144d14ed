using System.CommandLine;
using CriSharp.Admin;
using CriSharp.Primitives;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd reload: has the running daemon read its configuration again, and waits for what comes of it.</summary>
internal static class ReloadCommand
{
    private const int Refused = 1;

    public static Command Create()
    {
        var flags = new SettingFlags();
        var command = new Command(
            "reload",
            "Has the daemon that runs read its configuration again, with the flags that it was started with, and prints what has changed and what wants a restart. "
            + "Ends with 1 when it refuses: then nothing has changed. The flags here only say where its socket is.");
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // What is wrong with these flags themselves is wrong usage, as with every command.
            var socket = AdminAddress.Beside(flags.ReadListen(parsed));
            try
            {
                var outcome = await AdminCall.ReloadAsync(socket, cancellationToken);
                Print(outcome, Console.Out);
                return 0;
            }
            catch (RuntimeException refused)
            {
                await Console.Error.WriteLineAsync($"crisharpd: {refused.Message}");
                return Refused;
            }
        });
        return command;
    }

    private static void Print(ReloadDocument outcome, TextWriter output)
    {
        if (outcome is { Changed.Count: 0, WantsRestart.Count: 0 })
        {
            output.WriteLine("nothing has changed");
        }

        foreach (var setting in outcome.Changed)
        {
            output.WriteLine($"changed: {setting}");
        }

        foreach (var setting in outcome.WantsRestart)
        {
            output.WriteLine($"wants a restart: {setting}");
        }
    }
}
