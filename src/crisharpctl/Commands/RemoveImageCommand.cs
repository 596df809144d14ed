using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Commands;

internal static class RemoveImageCommand
{
    private const string Algorithm = "sha256:";

    public static Command Create(Verb verb)
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Names or ids", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rmi", "Remove images, each with all its names");
        command.Arguments.Add(images);
        verb.SetAction(command, (session, cancellationToken) => Each.RunAsync(session, session.Get(images), async typed =>
        {
            var id = await FindAsync(session.Cri, typed, cancellationToken);
            await session.Cri.Images.RemoveImageAsync(
                new RemoveImageRequest { Image = new ImageSpec { Image = id } },
                session.Cri.Within(cancellationToken));
            return id;
        }));
        return command;
    }

    // The CRI calls the removal of an unknown image a success; somebody who mistyped a name wants to know.
    private static async Task<string> FindAsync(CriConnection cri, string typed, CancellationToken cancellationToken)
    {
        var status = await cri.Images.ImageStatusAsync(
            new ImageStatusRequest { Image = new ImageSpec { Image = typed } },
            cri.Within(cancellationToken));
        if (status.Image is not null)
        {
            return status.Image.Id;
        }

        var all = await cri.Images.ListImagesAsync(new ListImagesRequest(), cri.Within(cancellationToken));
        return IdLookup.Choose("images", Whole(typed), all.Images, image => Whole(image.Id), _ => null, _ => false)?.Id
            ?? throw IdLookup.NotFound("image", typed);
    }

    // Runtimes give ids with the algorithm before the digits or without.
    private static string Whole(string id) => id.StartsWith(Algorithm, StringComparison.Ordinal) ? id : Algorithm + id;
}
