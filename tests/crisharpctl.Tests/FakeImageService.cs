using CriSharp.Admin;
using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Ctl.Tests;

/// <summary>Images that are only names; a pull waits until the test lets it end.</summary>
internal sealed class FakeImageService : ImageService.ImageServiceBase
{
    public List<Image> All { get; } = [];

    public PullsDocument Progress { get; set; } = new() { Pulls = [] };

    public Task PullEnds { get; set; } = Task.CompletedTask;

    public AuthConfig? LastAuth { get; private set; }

    public override Task<ImageStatusResponse> ImageStatus(ImageStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new ImageStatusResponse { Image = All.FirstOrDefault(one => one.Id == request.Image.Image || one.RepoTags.Contains(request.Image.Image)) });

    public override Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListImagesResponse { Images = { All } });

    public override async Task<PullImageResponse> PullImage(PullImageRequest request, ServerCallContext context)
    {
        LastAuth = request.Auth;
        await PullEnds;
        if (request.Image.Image.Contains("missing", StringComparison.Ordinal))
        {
            throw new RpcException(new Status(StatusCode.NotFound, "no such image\nin the registry"));
        }

        var image = new Image { Id = "sha256:" + new string('b', 64), RepoTags = { request.Image.Image }, Size = 1_234_567 };
        All.Add(image);
        return new PullImageResponse { ImageRef = image.Id };
    }

    public override Task<RemoveImageResponse> RemoveImage(RemoveImageRequest request, ServerCallContext context)
    {
        All.RemoveAll(one => one.Id == request.Image.Image);
        return Task.FromResult(new RemoveImageResponse());
    }
}
