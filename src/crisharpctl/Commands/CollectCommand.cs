using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class CollectCommand
{
    public static Command Create(Verb verb)
    {
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only list what would be removed" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask" };
        var command = new Command("gc", "Remove the images that no container uses and that are not pinned");
        command.Options.Add(dryRun);
        command.Options.Add(yes);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var unused = await UnusedImages.FindAsync(session.Cri, cancellationToken);
            if (unused.Count == 0)
            {
                await session.Surroundings.Error.WriteLineAsync("every image is used by a container, or pinned");
                if (session.Json)
                {
                    await session.Out.WriteLineAsync(session.Get(dryRun) ? JsonText.Of(new ListImagesResponse()) : JsonText.Of([]));
                }

                return ExitCodes.Success;
            }

            if (session.Get(dryRun) || !session.Get(yes))
            {
                await ListAsync(session, unused, session.Get(dryRun) ? session.Out : session.Surroundings.Error);
            }

            if (session.Get(dryRun) || (!session.Get(yes) && !await AgreesAsync(session, unused, cancellationToken)))
            {
                return ExitCodes.Success;
            }

            return await Each.RunAsync(session, unused.Select(image => image.Id), async id =>
            {
                await session.Cri.Images.RemoveImageAsync(new RemoveImageRequest { Image = new ImageSpec { Image = id } }, session.Cri.Within(cancellationToken));
                return id;
            });
        });
        return command;
    }

    private static async Task ListAsync(Session session, IReadOnlyList<Image> images, TextWriter writer)
    {
        if (session.Json)
        {
            await writer.WriteLineAsync(JsonText.Of(new ListImagesResponse { Images = { images } }));
            return;
        }

        var table = new Table("ID", "SIZE", "NAMES");
        foreach (var image in images)
        {
            table.Add(ShortId.Of(image.Id), ByteSizes.Words(image.Size), string.Join(' ', image.RepoTags.Count > 0 ? image.RepoTags : image.RepoDigests));
        }

        await table.WriteAsync(writer, session.Paint);
        await session.Surroundings.Error.WriteLineAsync(Sum(images));
    }

    private static async Task<bool> AgreesAsync(Session session, IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        await session.Surroundings.Error.WriteAsync($"remove {(images.Count == 1 ? "it" : $"these {images.Count}")}? [y/N] ");
        using var input = new StreamReader(session.Surroundings.OpenStandardInput());
        return (await input.ReadLineAsync(cancellationToken))?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>Images share layers, and layers that others have are not freed.</summary>
    private static string Sum(IReadOnlyList<Image> images) =>
        $"{(images.Count == 1 ? "1 image" : $"{images.Count} images")}, {ByteSizes.Words(images.Sum(image => (double)image.Size))} at most";
}
