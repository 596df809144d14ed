using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Daemon.Hosting;
using CriSharp.Images;
using CriSharp.Images.Checking;
using CriSharp.Images.Loading;
using CriSharp.Images.Saving;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Endpoints;

/// <summary>What people do with images and the CRI has no call for.</summary>
internal sealed class ImagePages(LoadArchive load, SaveArchive save, NameImage name, VerifyImage verify, StartGate gate)
{
    private const string SavedType = "application/octet-stream";

    public IEnumerable<AdminPage> All =>
    [
        AdminPage.JsonFor(AdminAddress.LoadPath, LoadAsync) with { Method = "POST" },
        new AdminPage(AdminAddress.SavePath, SavedType, SaveAsync) { IsForRootAlone = true },
        AdminPage.JsonFor(AdminAddress.TagPath, TagAsync) with { Method = "POST" },
        AdminPage.JsonFor(AdminAddress.UntagPath, UntagAsync) with { Method = "POST" },
        AdminPage.JsonFor(AdminAddress.VerifyPath, VerifyAsync),
    ];

    private async Task<byte[]> LoadAsync(AdminRequest request)
    {
        await gate.PassAsync(request.Gone);
        var tags = request.All(AdminAddress.NameParameter).Select(name.TagOf).ToList();
        var loaded = await load.RunAsync(request.Body, tags, request.Gone);
        return Format(loaded.Select(image => new NamedImageDocument { Id = image.Id, Names = image.Names }));
    }

    private async Task<byte[]?> SaveAsync(AdminRequest request)
    {
        await gate.PassAsync(request.Gone);
        await save.RunAsync(request.All(AdminAddress.ImageParameter), FormatOf(request), BeginAsync, request.Gone);
        return null;

        async Task<Stream> BeginAsync(IReadOnlyList<SavedImage> images)
        {
            var output = request.BeginAnswer(SavedType);
            await output.WriteAsync(Line(images), request.Gone);
            return output;
        }
    }

    private static byte[] Line(IReadOnlyList<SavedImage> images)
    {
        var document = new SavedImagesDocument
        {
            Images = [.. images.Select(image => new SavedImageDocument { Id = image.Id, SavedId = image.SavedId, Names = image.Names, Skipped = image.Skipped })],
        };
        return [.. JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.SavedImagesDocument), (byte)'\n'];
    }

    private static ArchiveFormat FormatOf(AdminRequest request) => request.All(AdminAddress.FormatParameter) switch
    {
        [] or [AdminAddress.OciFormat] => ArchiveFormat.Oci,
        [AdminAddress.DockerFormat] => ArchiveFormat.Docker,
        var other => throw new RuntimeException(
            ErrorKind.InvalidArgument, $"the format of an archive is {AdminAddress.OciFormat} or {AdminAddress.DockerFormat}, not \"{string.Join(' ', other)}\""),
    };

    private async Task<byte[]> TagAsync(AdminRequest request)
    {
        await gate.PassAsync(request.Gone);
        return Format(await name.TagAsync(request.Single(AdminAddress.ImageParameter), request.Single(AdminAddress.NameParameter), request.Gone));
    }

    private async Task<byte[]> UntagAsync(AdminRequest request)
    {
        await gate.PassAsync(request.Gone);
        return Format(await name.UntagAsync(request.Single(AdminAddress.NameParameter), request.Gone));
    }

    private async Task<byte[]> VerifyAsync(AdminRequest request)
    {
        await gate.PassAsync(request.Gone);
        var (image, faults) = await Task.Run(() => verify.Run(request.Single(AdminAddress.ImageParameter), request.Gone), request.Gone);
        var document = new VerificationDocument { Id = image.Id, Documents = image.Documents.Count, Layers = image.Layers.Distinct().Count(), Faults = faults };
        return JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.VerificationDocument);
    }

    private static byte[] Format(ImageRecord image) => Format([new NamedImageDocument { Id = image.Id, Names = image.RepoTags }]);

    private static byte[] Format(IEnumerable<NamedImageDocument> images) =>
        JsonSerializer.SerializeToUtf8Bytes(new ImagesDocument { Images = [.. images] }, AdminJson.Default.ImagesDocument);
}
