using CriSharp.Cri.V1;
using CriSharp.Images;
using CriSharp.Images.Pulling;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

/// <summary>The CRI's ImageService: thin, one line of thought per call.</summary>
internal sealed class ImageService(ImageVerbs images, ListedImages listed, FileSystemNames fileSystems, TimeProvider time) : Cri.V1.ImageService.ImageServiceBase
{
    public override async Task<PullImageResponse> PullImage(PullImageRequest request, ServerCallContext context)
    {
        var pull = new NamedPull
        {
            Name = NameOf(request.Image),
            Credentials = CredentialsOf(request.Auth),
            PodNamespace = request.SandboxConfig?.Metadata?.Namespace ?? "",
        };
        return new PullImageResponse { ImageRef = await images.PullByName.RunAsync(pull, context.CancellationToken) };
    }

    public override Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context)
    {
        if (request.Filter?.Image?.Image is not { Length: > 0 })
        {
            return Task.FromResult(listed.Response());
        }

        var response = new ListImagesResponse();
        response.Images.Add(List(request.Filter));
        return Task.FromResult(response);
    }

    public override Task StreamImages(StreamImagesRequest request, IServerStreamWriter<StreamImagesResponse> responseStream, ServerCallContext context) =>
        new StreamedList<Image, StreamImagesResponse>(piece => new StreamImagesResponse { Images = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(List(request.Filter));

    /// <summary>An image that isn't here is an empty answer, not an error.</summary>
    public override Task<ImageStatusResponse> ImageStatus(ImageStatusRequest request, ServerCallContext context)
    {
        var response = new ImageStatusResponse();
        if (images.Store.Resolve(NameOf(request.Image)) is not { } image)
        {
            return Task.FromResult(response);
        }

        response.Image = listed.Describe(image);
        if (request.Verbose)
        {
            response.Info.Add("info", VerboseText.Of(image));
        }

        return Task.FromResult(response);
    }

    public override async Task<RemoveImageResponse> RemoveImage(RemoveImageRequest request, ServerCallContext context)
    {
        await images.RemoveImage.RunAsync(NameOf(request.Image), context.CancellationToken);
        return new RemoveImageResponse();
    }

    public override async Task<ImageFsInfoResponse> ImageFsInfo(ImageFsInfoRequest request, ServerCallContext context)
    {
        var ofImages = images.Store.FileSystemUsage();
        var ofContainers = await images.ContainerFileSystem.UsageAsync(context.CancellationToken);
        var response = new ImageFsInfoResponse();
        response.ImageFilesystems.Add(Describe(fileSystems.Images, ofImages.UsedBytes, ofImages.UsedInodes, time.GetUtcNow()));
        response.ContainerFilesystems.Add(Describe(fileSystems.Containers, ofContainers.UsedBytes, ofContainers.UsedInodes, ofContainers.At));
        return response;
    }

    private IEnumerable<Image> List(ImageFilter? filter)
    {
        if (filter?.Image?.Image is not { Length: > 0 } wanted)
        {
            return listed.All();
        }

        return images.Store.Resolve(wanted) is { } image ? [listed.Describe(image)] : [];
    }

    /// <summary>The kubelet takes used_bytes without looking whether it is there.</summary>
    private static FilesystemUsage Describe(string mountPoint, long bytes, long inodes, DateTimeOffset at) => new()
    {
        Timestamp = (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
        FsId = new FilesystemIdentifier { Mountpoint = mountPoint },
        UsedBytes = new UInt64Value { Value = (ulong)bytes },
        InodesUsed = new UInt64Value { Value = (ulong)inodes },
    };

    private static string NameOf(ImageSpec? image) => image?.Image is { Length: > 0 } name
        ? name
        : throw new RuntimeException(ErrorKind.InvalidArgument, "the request names no image");

    private static PullCredentials? CredentialsOf(AuthConfig? auth)
    {
        if (auth is null)
        {
            return null;
        }

        var (user, password) = auth.Auth.Length > 0 ? BasicCredentials.Decode(auth.Auth) : (auth.Username, auth.Password);
        return user.Length + password.Length + auth.IdentityToken.Length + auth.RegistryToken.Length == 0
            ? null
            : new PullCredentials { UserName = user, Password = password, IdentityToken = auth.IdentityToken, RegistryToken = auth.RegistryToken, ServerAddress = auth.ServerAddress };
    }
}
