using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Streaming;

namespace CriSharp.Ctl.Commands;

internal static class AttachCommand
{
    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("CONTAINER") { Description = "Id or name of a container, or of a pod that has only one" };
        var input = new Option<bool>("--stdin", "-i") { Description = "Send standard input; the container must have been made to read it" };
        var terminal = new Option<bool>("--tty", "-t") { Description = "The container has a terminal" };
        var command = new Command("attach", "See what a container says from now on, until it ends");
        command.Arguments.Add(name);
        command.Options.Add(input);
        command.Options.Add(terminal);
        verb.SetAction(
            command,
            async (session, cancellationToken) =>
            {
                var container = await session.Ids.ContainerOrOnlyOneOfPodAsync(session.Get(name), cancellationToken);
                var request = new AttachRequest
                {
                    ContainerId = container.Id,
                    Tty = session.Get(terminal),
                    Stdin = session.Get(input),
                    Stdout = true,
                    Stderr = !session.Get(terminal),
                };
                var answer = await session.Cri.Runtime.AttachAsync(request, session.Cri.Within(cancellationToken));
                return CommandEnd.Read(await new RemoteProcess(session.Surroundings).RunAsync(answer.Url, request.Stdin, request.Tty, cancellationToken));
            },
            ExitCodes.NotTheContainers);
        return command;
    }
}
