using CriSharp.Storage.Layers;

namespace CriSharp.Pods.Audit;

/// <summary>Folders among the layers that are none: they would stand in the way of a layer of that name.</summary>
public sealed class StrayLayers(LayerStore layers) : ILeftoverFinder
{
    public string Kind => "layer folder";

    public IEnumerable<Finding> Find() =>
        layers.Strays().Select(folder => new Finding(Kind, folder, "the folder lies among the layers, but is none that this daemon knows") { Since = Ages.Of(folder) });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) => layers.RemoveStrayAsync(finding.Subject, cancellationToken);
}
