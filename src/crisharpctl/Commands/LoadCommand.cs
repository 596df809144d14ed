using System.CommandLine;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;

namespace CriSharp.Ctl.Commands;

internal static class LoadCommand
{
    private const string StandardInput = "-";

    public static Command Create(Verb verb)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "An archive of an OCI layout, or one of docker save, also compressed; - reads standard input",
        };
        var tags = new Option<string[]>("--tag", "-t")
        {
            Description = "Name for the image, instead of those in the archive; may be given several times",
            HelpName = "NAME",
            DefaultValueFactory = _ => [],
        };
        var command = new Command("load", "Load the images of an archive; crisharpd only");
        command.Arguments.Add(file);
        command.Options.Add(tags);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            await using var archive = Open(session, session.Get(file));
            using var admin = new AdminClient(session.Cri.Endpoint);
            var path = AdminQuery.Of(AdminAddress.LoadPath, session.Get(tags).Select(tag => (AdminAddress.NameParameter, tag)));
            var progress = new LoadProgress(session.Surroundings, archive.CanSeek ? archive.Length : null);
            ImagesDocument loaded;
            try
            {
                loaded = await admin.SendAsync(path, archive, progress, AdminJson.Default.ImagesDocument, cancellationToken);
            }
            finally
            {
                progress.Clear();
            }

            await NamedImages.WriteAsync(session, loaded);
        });
        return command;
    }

    private static Stream Open(Session session, string file) => file == StandardInput
        ? session.Surroundings.OpenStandardInput()
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
}
