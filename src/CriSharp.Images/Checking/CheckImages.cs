using CriSharp.Images.Persistence;
using CriSharp.Oci;
using CriSharp.Storage;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Checking;

/// <summary>
/// Looks at all of an image store that no daemon has open, and changes nothing: each document against its digest, each record against its documents,
/// each layer, and what nobody needs.
/// </summary>
/// <param name="root">The image store.</param>
/// <param name="layersOfContainers">The layers under the containers' file trees.</param>
public sealed class CheckImages(string root, IReadOnlySet<DiffId> layersOfContainers)
{
    private readonly List<ImageFault> _faults = [];
    private readonly ContentStore _content = ContentStore.Inspect(root);
    private readonly LayerStore _layers = LayerStore.Inspect(root);

    /// <summary>How many images there are, the damaged ones included.</summary>
    public int Images { get; private set; }

    public IReadOnlyList<ImageFault> Run(CancellationToken cancellationToken)
    {
        _faults.Clear();
        var records = ImageFolder.Inspect(
            Path.Combine(root, ImageStore.FolderName), (path, damage) => Tell(ImageFaultKind.Record, path, $"the record of an image can't be used: {damage.Message}"));
        Images = records.Count + _faults.Count;
        var damagedLayers = CheckLayers(cancellationToken);
        var damagedDocuments = CheckDocuments(cancellationToken);
        foreach (var record in records)
        {
            if (DamageOf(record, damagedLayers, damagedDocuments) is { } damage)
            {
                Tell(ImageFaultKind.Image, record.Id, $"({string.Join(' ', record.RepoTags.Concat(record.RepoDigests))}): {damage}");
            }
        }

        CheckUse(records, damagedLayers, damagedDocuments);
        foreach (var path in StagingFolders.Entries(root).Concat(_layers.Swept))
        {
            Tell(ImageFaultKind.HalfMade, path, "is half made");
        }

        return _faults;
    }

    private Dictionary<DiffId, string> CheckLayers(CancellationToken cancellationToken)
    {
        foreach (var layer in _layers.SetAside)
        {
            Tell(ImageFaultKind.Layer, layer.Path, $"can't be used: {layer.Reason}");
        }

        var damaged = new Dictionary<DiffId, string>();
        foreach (var layer in _layers.List())
        {
            if (_layers.VerifyContent(layer.DiffId, cancellationToken) is { } damage)
            {
                damaged[layer.DiffId] = damage;
                Tell(ImageFaultKind.Layer, layer.DiffId.ToString(), damage);
            }
        }

        return damaged;
    }

    private Dictionary<Digest, string> CheckDocuments(CancellationToken cancellationToken)
    {
        var damaged = new Dictionary<Digest, string>();
        foreach (var document in _content.List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_content.Verify(document) is { } damage)
            {
                damaged[document] = damage;
                Tell(ImageFaultKind.Document, document.ToString(), damage);
            }
        }

        return damaged;
    }

    private string? DamageOf(ImageRecord record, Dictionary<DiffId, string> damagedLayers, Dictionary<Digest, string> damagedDocuments)
    {
        foreach (var layer in record.Layers)
        {
            if ((damagedLayers.GetValueOrDefault(layer) ?? _layers.Verify(layer)) is { } damage)
            {
                return $"its layer {layer} {damage}";
            }
        }

        foreach (var document in record.Documents)
        {
            if ((damagedDocuments.GetValueOrDefault(document) ?? (_content.Contains(document) ? null : "it is not there")) is { } damage)
            {
                return $"of its document {document}: {damage}";
            }
        }

        return new RecordComparison(record, _content).Contradiction();
    }

    private void CheckUse(List<ImageRecord> records, Dictionary<DiffId, string> damagedLayers, Dictionary<Digest, string> damagedDocuments)
    {
        var (layers, documents) = (records.SelectMany(record => record.Layers).ToHashSet(), records.SelectMany(record => record.Documents).ToHashSet());
        foreach (var layer in _layers.List().Where(layer => !layers.Contains(layer.DiffId) && !layersOfContainers.Contains(layer.DiffId) && !damagedLayers.ContainsKey(layer.DiffId)))
        {
            Tell(ImageFaultKind.UnusedLayer, layer.DiffId.ToString(), $"no image and no container uses it; it has {layer.SizeBytes} bytes");
        }

        foreach (var document in _content.List().Where(document => !documents.Contains(document) && !damagedDocuments.ContainsKey(document)))
        {
            Tell(ImageFaultKind.UnusedDocument, document.ToString(), "no image has it");
        }
    }

    private void Tell(ImageFaultKind kind, string subject, string words) => _faults.Add(new ImageFault(kind, subject, words));
}
