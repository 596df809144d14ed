using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Checking;

/// <summary>Looks whether one image is whole, while the daemon runs: its documents against their digests, its record against them, and its layers.</summary>
public sealed class VerifyImage(ImageStore images, ContentStore content, LayerStore layers)
{
    /// <param name="name">A name or an id.</param>
    /// <returns>The image, and what is wrong with it, in words; none: it is whole.</returns>
    /// <exception cref="RuntimeException">NotFound.</exception>
    public (ImageRecord Image, IReadOnlyList<string> Faults) Run(string name, CancellationToken cancellationToken)
    {
        var image = images.Resolve(name) ?? throw new RuntimeException(ErrorKind.NotFound, $"image \"{name}\" is not on this node");
        using var lease = images.Lease(image.Id);
        List<string> faults =
        [
            .. image.Documents.Select(document => (Document: document, Fault: content.Verify(document))).Where(found => found.Fault is not null)
                .Select(found => $"document {found.Document}: {found.Fault}"),
            .. image.Layers.Distinct().Select(layer => (Layer: layer, Fault: layers.VerifyContent(layer, cancellationToken))).Where(found => found.Fault is not null)
                .Select(found => $"layer {found.Layer} {found.Fault}"),
        ];

        // Only documents that are what they were can be compared.
        if (faults.Count == 0 && new RecordComparison(image, content).Contradiction() is { } contradiction)
        {
            faults.Add(contradiction);
        }

        return (image, faults);
    }
}
