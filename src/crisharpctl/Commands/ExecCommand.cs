using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Streaming;

namespace CriSharp.Ctl.Commands;

internal static class ExecCommand
{
    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("CONTAINER") { Description = "Id or name of a container, or of a pod that has only one" };
        var words = new Argument<string[]>("COMMAND") { Description = "The command and its arguments", Arity = ArgumentArity.OneOrMore };
        var limit = new Option<int>("--time", "-T")
        {
            Description = "Seconds after which the command and all that it started is killed; 0: never. Not with -i or -t",
            HelpName = "SECONDS",
        };
        var input = new Option<bool>("--stdin", "-i") { Description = "Send standard input" };
        var terminal = new Option<bool>("--tty", "-t") { Description = "Give the command a terminal; with -i this one's keys and size" };
        var command = new Command("exec", "Run a command in a container, show what it says, end with its exit code");
        command.Arguments.Add(name);
        command.Arguments.Add(words);
        command.Options.Add(limit);
        command.Options.Add(input);
        command.Options.Add(terminal);
        verb.SetAction(
            command,
            async (session, cancellationToken) =>
            {
                var container = await session.Ids.ContainerOrOnlyOneOfPodAsync(session.Get(name), cancellationToken);
                if (session.Get(input) || session.Get(terminal))
                {
                    return await StreamAsync(session, container.Id, session.Get(words), session.Get(input), session.Get(terminal), cancellationToken);
                }

                var request = new ExecSyncRequest { ContainerId = container.Id, Cmd = { session.Get(words) }, Timeout = session.Get(limit) };
                var answer = await session.Cri.Runtime.ExecSyncAsync(request, CriConnection.Unlimited(cancellationToken));
                await session.PrintAsync(answer, async _ =>
                {
                    await session.Surroundings.StandardOutput.WriteAsync(answer.Stdout.Memory, cancellationToken);
                    await session.Surroundings.StandardError.WriteAsync(answer.Stderr.Memory, cancellationToken);
                });
                return answer.ExitCode;
            },
            ExitCodes.NotTheContainers);
        return command;
    }

    private static async Task<int> StreamAsync(Session session, string container, string[] words, bool input, bool terminal, CancellationToken cancellationToken)
    {
        // A terminal has one output.
        var request = new ExecRequest { ContainerId = container, Cmd = { words }, Stdin = input, Tty = terminal, Stdout = true, Stderr = !terminal };
        var answer = await session.Cri.Runtime.ExecAsync(request, session.Cri.Within(cancellationToken));
        return CommandEnd.Read(await new RemoteProcess(session.Surroundings).RunAsync(answer.Url, input, terminal, cancellationToken));
    }
}
