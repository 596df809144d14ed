using CriSharp.Images.Loading;
using CriSharp.Oci;
using CriSharp.Storage.Archives;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Saving;

/// <summary>The blobs of an archive, each once, whichever images share it: documents in memory, and layers that are packed as they are written.</summary>
internal sealed class SavedBlobs(LayerStore layers)
{
    private readonly Dictionary<Digest, byte[]> _documents = [];
    private readonly Dictionary<DiffId, PackedLayer> _layers = [];

    public Descriptor Add(string mediaType, byte[] document, string algorithm = Digest.Sha256)
    {
        var digest = Digest.Of(document, algorithm);
        _documents[digest] = document;
        return new Descriptor { MediaType = mediaType, Digest = digest, SizeBytes = document.Length };
    }

    /// <exception cref="CriSharp.Primitives.RuntimeException">As of <see cref="LayerStore.Pack"/>.</exception>
    public async Task<PackedLayer> AddAsync(DiffId layer, CancellationToken cancellationToken)
    {
        if (!_layers.TryGetValue(layer, out var packed))
        {
            packed = _layers[layer] = await layers.MeasureAsync(layer, cancellationToken);
        }

        return packed;
    }

    /// <summary>Documents first, so that a reader that looks for them finds them soon.</summary>
    /// <exception cref="InvalidDataException">A layer is not any more what it was.</exception>
    public void Write(ArchiveWriter archive, CancellationToken cancellationToken)
    {
        foreach (var (digest, document) in _documents.OrderBy(document => document.Key.ToString(), StringComparer.Ordinal))
        {
            archive.Add(OciLayout.FileOf(digest), document);
        }

        foreach (var (layer, packed) in _layers.DistinctBy(layer => layer.Value.Digest).OrderBy(layer => layer.Value.Digest.ToString(), StringComparer.Ordinal))
        {
            archive.Add(OciLayout.FileOf(packed.Digest), packed.SizeBytes, output => Write(layer, packed, output, cancellationToken));
        }
    }

    private void Write(DiffId layer, PackedLayer wanted, Stream output, CancellationToken cancellationToken)
    {
        if (layers.Pack(layer, output, cancellationToken).Digest != wanted.Digest)
        {
            throw new InvalidDataException($"layer {layer} has changed while it was written");
        }
    }
}
