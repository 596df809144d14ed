using System.CommandLine;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Commands;

internal static class UntagCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Command Create(Verb verb)
    {
        var names = new Argument<string[]>("NAME") { Description = "Names by tag", Arity = ArgumentArity.OneOrMore };
        var command = new Command("untag", "Take names from images, which stay; crisharpd only");
        command.Arguments.Add(names);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            using var admin = new AdminClient(session.Cri.Endpoint);
            return await Each.RunAsync(session, session.Get(names), async name =>
            {
                var path = AdminQuery.Of(AdminAddress.UntagPath, (AdminAddress.NameParameter, name));
                var answer = await admin.CallAsync(HttpMethod.Post, path, Limit, AdminJson.Default.ImagesDocument, cancellationToken);
                return string.Join('\n', answer.Images.Select(image => image.Id));
            });
        });
        return command;
    }
}
