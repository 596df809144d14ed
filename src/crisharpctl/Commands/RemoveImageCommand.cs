using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Commands;

internal static class RemoveImageCommand
{
    public static Command Create(Verb verb)
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Names or ids", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rmi", "Remove images, each with all its names");
        command.Arguments.Add(images);
        verb.SetAction(command, (session, cancellationToken) => Each.RunAsync(session, session.Get(images), async typed =>
        {
            var id = await ImageLookup.FindIdAsync(session.Cri, typed, cancellationToken);
            await session.Cri.Images.RemoveImageAsync(
                new RemoveImageRequest { Image = new ImageSpec { Image = id } },
                session.Cri.Within(cancellationToken));
            return id;
        }));
        return command;
    }
}
