using System.CommandLine;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Commands;

internal static class SaveCommand
{
    private const string StandardOutput = "-";

    public static Command Create(Verb verb)
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Names or ids of images", Arity = ArgumentArity.OneOrMore };
        var file = new Option<string>("--output", "-o") { Description = "The archive; - is standard output", HelpName = "FILE", DefaultValueFactory = _ => StandardOutput };
        var format = new Option<string>("--format")
        {
            Description = "oci: an OCI layout, as load, skopeo, podman and containerd read it; docker: as docker load reads it, too",
            HelpName = "oci|docker",
            DefaultValueFactory = _ => AdminAddress.OciFormat,
        };
        format.AcceptOnlyFromAmong(AdminAddress.OciFormat, AdminAddress.DockerFormat);
        var command = new Command("save", "Write images into an archive; crisharpd only");
        command.Arguments.Add(images);
        command.Options.Add(file);
        command.Options.Add(format);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var path = AdminQuery.Of(
                AdminAddress.SavePath,
                session.Get(images).Select(image => (AdminAddress.ImageParameter, image)).Append((AdminAddress.FormatParameter, session.Get(format))));
            var isFile = session.Get(file) != StandardOutput;
            if (!isFile && session.Surroundings.OutputIsTerminal)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, "an archive is nothing for a terminal: name a file (-o FILE), or hand it on (| ...)");
            }

            using var admin = new AdminClient(session.Cri.Endpoint);
            await using var output = isFile ? NewFile.Create(session.Get(file)) : NewFile.Over(session.Surroundings.StandardOutput);
            var saved = await admin.ReceiveAsync(path, output.Content, AdminJson.Default.SavedImagesDocument, cancellationToken);
            await output.CompleteAsync(cancellationToken);
            await WriteAsync(session, isFile ? session.Out : session.Surroundings.Error, saved);
        });
        return command;
    }

    private static async Task WriteAsync(Session session, TextWriter words, SavedImagesDocument saved)
    {
        if (session.Json)
        {
            await words.WriteLineAsync(JsonSerializer.Serialize(saved, AdminJson.Default.SavedImagesDocument));
            return;
        }

        foreach (var image in saved.Images)
        {
            var became = image.SavedId == image.Id ? "" : $" -> {image.SavedId}";
            await words.WriteLineAsync($"{image.Id}{became}{string.Concat(image.Names.Select(name => $" {name}"))}");
            foreach (var skipped in image.Skipped)
            {
                await words.WriteLineAsync($"{ShortId.Of(image.Id)}: left out: {Printable.Of(skipped)}");
            }
        }

        if (saved.Images.Any(image => image.SavedId != image.Id))
        {
            await words.WriteLineAsync("Layers were packed anew from their files, so where the archive is loaded an image has the id after the arrow.");
        }
    }
}
