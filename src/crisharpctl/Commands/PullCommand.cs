using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Running;

namespace CriSharp.Ctl.Commands;

internal static class PullCommand
{
    public static Command Create(Verb verb)
    {
        var image = new Argument<string>("IMAGE") { Description = "Name of the image: registry/repository:tag or ...@sha256:digest" };
        var credentials = new Option<string?>("--creds")
        {
            Description = "User and password for the registry; better in $CRISHARPCTL_CREDS, where other users can't see them",
            HelpName = "USER:PASSWORD",
        };
        var command = new Command("pull", "Pull an image, with bytes, layers and speed where the runtime tells them");
        command.Arguments.Add(image);
        command.Options.Add(credentials);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var pull = new PullWithProgress(session.Cri, session.Surroundings);
            var answer = await pull.RunAsync(session.Get(image), session.Get(credentials), cancellationToken);
            await session.PrintAsync(answer, writer => writer.WriteLineAsync(answer.ImageRef));
        });
        return command;
    }
}
