using System.CommandLine;
using CriSharp.Linux;
using CriSharp.Manual.Completion;
using CriSharp.Manual.Pages;
using CriSharp.Primitives;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd serve, config, reload, check, wipe and version.</summary>
internal static class CommandTree
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] words)
    {
        var root = new RootCommand("Serves the Kubernetes Container Runtime Interface on a Unix socket.");
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(ConfigCommand.Create());
        root.Subcommands.Add(ReloadCommand.Create());
        root.Subcommands.Add(CheckCommand.Create());
        root.Subcommands.Add(WipeCommand.Create());
        root.Subcommands.Add(VersionCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create("crisharpd"));
        root.Subcommands.Add(CompleteCommand.Create(root, (_, _) => Task.FromResult<IEnumerable<string>?>(null)));
        root.Subcommands.Add(ManCommand.Create(date => ManualPages.Of(root, date)));
        var parsed = root.Parse(words);
        foreach (var error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync($"crisharpd: {error.Message}");
        }

        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync("crisharpd: --help says what can be typed");
            return WrongUsage;
        }

        try
        {
            // Signals are the host's, which ends in waves; the command line must not end the process under it.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception failure) when (failure is RuntimeException or LinuxException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"crisharpd: {failure.Message}");
            return failure is RuntimeException { Kind: ErrorKind.InvalidArgument } ? WrongUsage : Failed;
        }
    }
}
