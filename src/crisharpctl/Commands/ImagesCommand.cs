using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class ImagesCommand
{
    private const string None = "<none>";

    public static Command Create(Verb verb)
    {
        var image = new Argument<string?>("IMAGE") { Description = "Only this image", Arity = ArgumentArity.ZeroOrOne };
        var digests = new Option<bool>("--digests") { Description = "Show the digests by which images were pulled" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print ids only" };
        var command = new Command("images", "List images");
        command.Arguments.Add(image);
        command.Options.Add(digests);
        command.Options.Add(quiet);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var request = new ListImagesRequest();
            if (session.Get(image) is { Length: > 0 } only)
            {
                request.Filter = new ImageFilter { Image = new ImageSpec { Image = only } };
            }

            var answer = await session.Cri.Images.ListImagesAsync(request, session.Cri.Within(cancellationToken));
            await session.PrintAsync(answer, writer => session.Get(quiet)
                ? writer.WriteAsync(string.Concat(answer.Images.Select(one => one.Id + '\n')))
                : TableOf(answer.Images, session.Get(digests)).WriteAsync(writer, session.Paint));
        });
        return command;
    }

    private static Table TableOf(IEnumerable<Image> images, bool digests)
    {
        var table = new Table("IMAGE", digests ? "DIGEST" : "TAG", "ID", "SIZE");
        foreach (var image in images.OrderBy(one => one.RepoTags.FirstOrDefault(), StringComparer.Ordinal))
        {
            var names = digests ? image.RepoDigests : image.RepoTags;
            foreach (var name in names.DefaultIfEmpty(image.RepoDigests.FirstOrDefault() ?? None))
            {
                var (repository, rest) = Split(name);
                table.Add(repository, rest, ShortId.Of(image.Id), ByteSizes.Words(image.Size));
            }
        }

        return table;
    }

    /// <summary>A colon before the last slash belongs to a registry's port.</summary>
    internal static (string Repository, string TagOrDigest) Split(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            return (name[..at], name[(at + 1)..]);
        }

        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, None);
    }
}
