using CriSharp.Images;

namespace CriSharp.Pods.Containers;

/// <summary>The images of a container's volumes by the names that its mounts give them, kept from being removed until this is disposed of.</summary>
internal sealed class VolumeImages : IDisposable
{
    private readonly SortedDictionary<string, ImageRecord> _images = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _leases = [];

    public IReadOnlyDictionary<string, ImageRecord> All => _images;

    /// <summary>Their ids, for the container's record.</summary>
    public IReadOnlyDictionary<string, string> Ids => _images.ToDictionary(image => image.Key, image => image.Value.Id);

    public bool Has(string name) => _images.ContainsKey(name);

    public void Add(string name, ImageRecord image, IDisposable lease)
    {
        _images.Add(name, image);
        _leases.Add(lease);
    }

    public void Dispose() => _leases.ForEach(lease => lease.Dispose());
}
