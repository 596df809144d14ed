using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Names;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

/// <summary>Gives names to images that are here, and takes them away.</summary>
public sealed partial class NameImage(ImageStore images, ImageNames names, ILogger<NameImage> logger)
{
    /// <summary>A name that another image had is taken from it; that one stays.</summary>
    /// <returns>The image as it is now.</returns>
    /// <exception cref="RuntimeException">NotFound: no such image. InvalidArgument: no name by tag, or an ambiguous one.</exception>
    public async Task<ImageRecord> TagAsync(string image, string name, CancellationToken cancellationToken)
    {
        var tag = TagOf(name);
        var known = images.Resolve(image) ?? throw NotHere(image);
        using var lease = images.Lease(known.Id);
        // What pulls have found of it meanwhile stays: only the name is told.
        var named = known with { RepoTags = [tag.TagReference!], RepoDigests = [], Documents = [], PulledNames = [] };
        await images.AddAsync(named, _ => Task.CompletedTask, cancellationToken);
        Named(known.Id, tag.TagReference!);
        return images.Resolve(known.Id) ?? throw NotHere(image);
    }

    /// <returns>The image as it is now: without any name it is still known by its id.</returns>
    /// <exception cref="RuntimeException">NotFound: no image has this name. InvalidArgument: no name by tag.</exception>
    public async Task<ImageRecord> UntagAsync(string name, CancellationToken cancellationToken)
    {
        TagOf(name);
        var tag = names.Find(name).Select(reference => reference.TagReference!).FirstOrDefault(tag => images.FindByName(tag) is not null) ?? throw NotHere(name);
        var left = await images.RemoveTagAsync(tag, cancellationToken) ?? throw NotHere(name);
        NameTaken(left.Id, tag);
        return left;
    }

    /// <summary>The name by tag that is meant, in full.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: it is none, or it may be several.</exception>
    public ImageReference TagOf(string name)
    {
        var meant = names.Resolve(name);
        return meant is not [{ Digest: null } tag]
            ? throw new RuntimeException(ErrorKind.InvalidArgument, meant.Count > 1
                ? $"the name \"{name}\" may be any of {string.Join(", ", meant)}: write the full name"
                : $"the name \"{name}\" has a digest, and only a registry can give one: a name with a tag is wanted")
            : tag;
    }

    private static RuntimeException NotHere(string image) => new(ErrorKind.NotFound, $"image \"{image}\" is not on this node");

    [LoggerMessage(341, LogLevel.Information, "Image {Image} has the name {Name}")]
    private partial void Named(string image, string name);

    [LoggerMessage(342, LogLevel.Information, "Image {Image} has no longer the name {Name}")]
    private partial void NameTaken(string image, string name);
}
