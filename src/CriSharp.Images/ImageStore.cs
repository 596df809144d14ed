namespace CriSharp.Images;

/// <summary>The images of this machine: served from memory, each durable before it is visible.</summary>
public sealed class ImageStore
{
    private readonly Dictionary<string, ImageRecord> _byName = [];

    public IReadOnlyList<ImageRecord> List() => [.. _byName.Values.Distinct()];

    /// <param name="name">
    /// An id ("sha256:..." or 64 hex digits), a reference by tag or digest, or at least 12 hex digits that only one id begins with.
    /// </param>
    /// <returns>Null for an image that is not here, and for what cannot be the name of one.</returns>
    public ImageRecord? Resolve(string name) => _byName.GetValueOrDefault(name);
}
