using System.CommandLine;

namespace CriSharp.Manual.Completion;

/// <summary>"completion bash": prints the script by which a shell asks the program itself.</summary>
public static class CompletionCommand
{
    public static Command Create(string program)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", $"Print a script that completes command lines: source <({program} completion bash)");
        command.Arguments.Add(shell);
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(ScriptFor(parsed.GetValue(shell)!, program)));
        return command;
    }

    internal static string ScriptFor(string shell, string program) => (shell switch
    {
        "zsh" => CompletionScripts.Zsh,
        "fish" => CompletionScripts.Fish,
        _ => CompletionScripts.Bash,
    }).Replace("PROGRAM", program, StringComparison.Ordinal).Replace("COMPLETE", CompleteCommand.Name, StringComparison.Ordinal);
}
