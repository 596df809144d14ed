using System.CommandLine;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class ImageCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public static Command Create(Verb verb)
    {
        var command = new Command("image", "Look into one image");
        command.Subcommands.Add(CreateVerify(verb));
        return command;
    }

    private static Command CreateVerify(Verb verb)
    {
        var image = new Argument<string>("IMAGE") { Description = "Name or id of an image" };
        var command = new Command(
            "verify", "Look whether an image is whole: its documents by their digests, its layers by what is kept of them; crisharpd only");
        command.Arguments.Add(image);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            using var admin = new AdminClient(session.Cri.Endpoint);
            var id = await ImageLookup.FindIdAsync(session.Cri, session.Get(image), cancellationToken);
            var path = AdminQuery.Of(AdminAddress.VerifyPath, (AdminAddress.ImageParameter, id));
            var answer = await admin.CallAsync(HttpMethod.Get, path, Limit, AdminJson.Default.VerificationDocument, cancellationToken);
            await session.Out.WriteLineAsync(session.Json ? JsonSerializer.Serialize(answer, AdminJson.Default.VerificationDocument) : Words(answer));
            return answer.Faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
        });
        return command;
    }

    private static string Words(VerificationDocument image) => image.Faults.Count == 0
        ? $"{image.Id} is whole: {image.Documents} documents, {image.Layers} layers"
        : string.Join('\n', image.Faults.Select(fault => $"{image.Id}: {Printable.Of(fault)}"));
}
