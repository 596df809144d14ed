using System.CommandLine;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class TagCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Command Create(Verb verb)
    {
        var image = new Argument<string>("IMAGE") { Description = "Name or id of an image" };
        var name = new Argument<string>("NAME") { Description = "Its further name: repository:tag; an image that had it loses it" };
        var command = new Command("tag", "Give an image a further name; crisharpd only");
        command.Arguments.Add(image);
        command.Arguments.Add(name);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            using var admin = new AdminClient(session.Cri.Endpoint);
            var id = await ImageLookup.FindIdAsync(session.Cri, session.Get(image), cancellationToken);
            var path = AdminQuery.Of(AdminAddress.TagPath, (AdminAddress.ImageParameter, id), (AdminAddress.NameParameter, session.Get(name)));
            var answer = await admin.CallAsync(HttpMethod.Post, path, Limit, AdminJson.Default.ImagesDocument, cancellationToken);
            await NamedImages.WriteAsync(session, answer);
        });
        return command;
    }
}
