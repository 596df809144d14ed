using CriSharp.Images.Artifacts;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Manifests;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images.Pulling;

/// <summary>Follows a digest to the manifest and config for this machine: 1. indexes; 2. the manifest; 3. the config; each checked before the next.</summary>
internal sealed partial class FetchImageDocuments(IImageSource source, string name, PlatformChoice platform, ILogger logger)
{
    private const int IndexDepthLimit = 4;

    /// <exception cref="RuntimeException">Also DataLoss: a document that is malformed or contradicts another one.</exception>
    public async Task<RemoteImage> RunAsync(Digest digest, CancellationToken cancellationToken)
    {
        var document = await source.FetchManifestAsync(digest, null, cancellationToken);
        ImageIndexEntry? chosen = null;
        for (var depth = 1; MediaTypes.IsIndex(document.MediaType); depth++)
        {
            if (depth > IndexDepthLimit)
            {
                throw new RuntimeException(ErrorKind.DataLoss, $"{name}: indexes within indexes, more than {IndexDepthLimit}");
            }

            var index = Parsed(() => ImageIndex.Parse(document.Content.Span, document.MediaType));
            chosen = platform.Choose(index, name);
            document = await source.FetchManifestAsync(chosen.Manifest.Digest, chosen.Manifest, cancellationToken);
        }

        var manifest = Parsed(() => ImageManifest.Parse(document.Content.Span, document.MediaType));
        if (ArtifactFiles.Are(manifest))
        {
            return await RunAsync(document, manifest, Parsed(() => ArtifactFiles.Of(manifest)), cancellationToken);
        }

        CheckKinds(manifest);
        var configBytes = await source.FetchBlobAsync(manifest.Config, ImageConfigFile.LimitBytes, cancellationToken);
        var config = Parsed(() => ImageConfigFile.Parse(configBytes));
        CheckPlatform(chosen, config.Platform);
        return config.DiffIds.Count == manifest.Layers.Count
            ? new RemoteImage(document, manifest, configBytes, config)
            : throw new RuntimeException(
                ErrorKind.DataLoss, $"{name}: its config lists {config.DiffIds.Count} layers and its manifest {manifest.Layers.Count}: the image is broken");
    }

    /// <summary>The config of an artifact is whatever its maker likes: kept, not read.</summary>
    private async Task<RemoteImage> RunAsync(ManifestDocument document, ImageManifest manifest, ArtifactFiles files, CancellationToken cancellationToken)
    {
        var bytes = await source.FetchBlobAsync(manifest.Config, ImageConfigFile.LimitBytes, cancellationToken);
        var config = new ImageConfigFile { Platform = new Platform(), Config = ImageConfig.Empty, DiffIds = files.Layers };
        return new RemoteImage(document, manifest, bytes, config) { Artifact = files };
    }

    /// <summary>The index goes before the config: some images are built with one config, which names one architecture, for all of theirs.</summary>
    /// <param name="chosen">Null: no index led here.</param>
    private void CheckPlatform(ImageIndexEntry? chosen, Platform configured)
    {
        if (chosen?.Platform is null)
        {
            platform.Check(configured, name);
        }
        else if (platform.IsOther(configured))
        {
            ConfigNamesAnother(name, chosen.Platform, configured);
        }
    }

    private void CheckKinds(ImageManifest manifest)
    {
        if (manifest.Layers.FirstOrDefault(layer => !MediaTypes.IsLayer(layer.MediaType)) is { } unknown)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{name}: layer {unknown.Digest} has media type {unknown.MediaType}, which is not supported");
        }
    }

    private T Parsed<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException malformed)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"{name}: {malformed.Message}", malformed);
        }
    }

    [LoggerMessage(333, LogLevel.Warning, "{Reference}: its index has this image for {Platform}, and the image's config says {Configured}: the index is believed")]
    private partial void ConfigNamesAnother(string reference, Platform platform, Platform configured);
}
