using CriSharp.Images;
using CriSharp.Oci;
using CriSharp.Storage.Layers;

namespace CriSharp.Pods.Audit;

/// <summary>Layers that no image, no pull and no container uses, once the time for the retry of a failed pull is over.</summary>
public sealed class UnusedLayers(FreeUnusedLayers freeUnused, LayerStore layers, PodsOptions options) : ILeftoverFinder
{
    public string Kind => "layer";

    public IEnumerable<Finding> Find() =>
        from layer in freeUnused.UnusedLayers()
        let folder = Path.GetDirectoryName(layers.TreePath(layer.DiffId))!
        where Ages.IsOlder(folder, options.RetryLimit, options.Time)
        select new Finding(Kind, layer.DiffId.ToString(), $"no image, pull or container uses it; it has {layer.SizeBytes} bytes") { Since = Ages.Of(folder) };

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) =>
        freeUnused.FreeAsync(new DiffId(Digest.Parse(finding.Subject)), cancellationToken);
}
