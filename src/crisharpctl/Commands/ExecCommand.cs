using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Commands;

internal static class ExecCommand
{
    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("CONTAINER") { Description = "Id or name of a container, or of a pod that has only one" };
        var words = new Argument<string[]>("COMMAND") { Description = "The command and its arguments", Arity = ArgumentArity.OneOrMore };
        var limit = new Option<int>("--time", "-t")
        {
            Description = "Seconds after which the command and all that it started is killed; 0: never",
            HelpName = "SECONDS",
        };
        var command = new Command("exec", "Run a command in a container, show what it says, end with its exit code");
        command.Arguments.Add(name);
        command.Arguments.Add(words);
        command.Options.Add(limit);
        verb.SetAction(
            command,
            async (session, cancellationToken) =>
            {
                var container = await session.Ids.ContainerOrOnlyOneOfPodAsync(session.Get(name), cancellationToken);
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
}
