using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Where the images of a root lie: ROOT/imagestore.json, once that is not the root itself, and the same document in the image store. Containers lie over layers there,
/// so a store that was changed in the configuration, or whose disk is not mounted, is refused in words instead of looking empty.
/// </summary>
internal static class ImageStorePlace
{
    public const string FileName = "imagestore.json";
    private const int LimitBytes = 64 * 1024;

    /// <summary>Changes nothing.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: the images are somewhere else, or can't be seen.</exception>
    public static void Check(string root, string imageStore)
    {
        var (ours, theirs) = (TryRead(root), imageStore == root ? null : TryRead(imageStore));
        if (theirs is not null && theirs.Root != root)
        {
            throw Unmet($"the image store {imageStore} belongs to the root {theirs.Root}: give this root ({root}) one of its own by --imagestore");
        }

        if (ours is null)
        {
            RequireEmpty(imageStore == root ? null : root, root, imageStore);
        }
        else if (ours.Path != imageStore && theirs?.Id != ours.Id)
        {
            RequireEmpty(ours.Path, root, imageStore);
        }
        else if (imageStore != root && theirs?.Id != ours.Id)
        {
            throw Unmet(
                $"the image store {imageStore} is not the one that the root {root} has had: mount its disk there. "
                + $"If its images are lost, delete {Path.Combine(root, FileName)}, and they are pulled again");
        }
    }

    /// <summary>Writes down what <see cref="Check"/> has found right. Called under the locks.</summary>
    public static void Mark(string root, string imageStore)
    {
        var ours = TryRead(root);
        if (imageStore == root)
        {
            DurableFile.Remove(Path.Combine(root, FileName));
            return;
        }

        var theirs = TryRead(imageStore);
        if (ours is not null && ours.Id == theirs?.Id && ours.Path == imageStore)
        {
            return;
        }

        var document = new ImageStoreDocument { Root = root, Path = imageStore, Id = theirs?.Id ?? Guid.NewGuid().ToString("N") };
        var json = JsonSerializer.SerializeToUtf8Bytes(document, ImageStoreJson.Default.ImageStoreDocument);
        RecordFile.Write(Path.Combine(imageStore, FileName), json);
        RecordFile.Write(Path.Combine(root, FileName), json);
    }

    /// <param name="place">Where the images of the root have been up to now; null: nowhere else.</param>
    private static void RequireEmpty(string? place, string root, string imageStore)
    {
        if (place is null)
        {
            return;
        }

        if (!Directory.Exists(place))
        {
            throw Unmet(
                $"the images of the root {root} lie in {place}, which is not there, and imagestore is {imageStore} now: set it back and mount the disk. "
                + $"If its images are lost, delete {Path.Combine(root, FileName)}, and they are pulled again");
        }

        var images = Count(Path.Combine(place, "images"), "*.json");
        if (images > 0 || Count(Path.Combine(place, "layers"), "sha*") > 0)
        {
            throw Unmet(
                $"the images of the root {root} lie in {place} ({images} of them), and imagestore is {imageStore} now: set it back to {place}, "
                + "or have them removed with the old setting first (crisharpd wipe --force --images), and they are pulled again");
        }
    }

    private static int Count(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, pattern).Count() : 0;

    private static RuntimeException Unmet(string words) => new(ErrorKind.FailedPrecondition, words);

    /// <returns>Null where there is none, or a damaged one.</returns>
    private static ImageStoreDocument? TryRead(string folder)
    {
        try
        {
            return RecordFile.TryRead(Path.Combine(folder, FileName), LimitBytes) is { HasChecksum: true } content
                ? JsonSerializer.Deserialize(content.Json, ImageStoreJson.Default.ImageStoreDocument)
                : null;
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException)
        {
            return null;
        }
    }
}

internal sealed record ImageStoreDocument
{
    public required string Root { get; init; }

    public required string Path { get; init; }

    /// <summary>Tells the store from another one at the same place.</summary>
    public required string Id { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageStoreDocument))]
internal sealed partial class ImageStoreJson : JsonSerializerContext;
