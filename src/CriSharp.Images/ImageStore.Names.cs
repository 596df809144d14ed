namespace CriSharp.Images;

public sealed partial class ImageStore
{
    /// <summary>Takes a name from the image that has it.</summary>
    /// <param name="tag">In full.</param>
    /// <returns>The image as it is now; null: no image has this name.</returns>
    internal async Task<ImageRecord?> RemoveTagAsync(string tag, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        if (_catalog.ByName(tag) is not { } known)
        {
            return null;
        }

        var left = known with { RepoTags = [.. known.RepoTags.Where(name => name != tag)] };
        _folder.Write(left, ++_revision);
        _catalog = _catalog.With(left);
        return left;
    }
}
