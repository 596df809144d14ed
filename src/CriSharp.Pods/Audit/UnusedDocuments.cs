using CriSharp.Images;
using CriSharp.Oci;

namespace CriSharp.Pods.Audit;

/// <summary>Manifests and configurations that no image has, once the time for the retry of a failed pull is over.</summary>
public sealed class UnusedDocuments(FreeUnusedLayers freeUnused, PodsOptions options) : ILeftoverFinder
{
    public string Kind => "image document";

    public IEnumerable<Finding> Find() =>
        from document in freeUnused.UnusedDocuments()
        let file = Path.Combine(options.Folders.ImageStore, "content", document.Algorithm, document.Hex)
        where Ages.IsOlder(file, options.RetryLimit, options.Time)
        select new Finding(Kind, document.ToString(), "no image has this manifest or configuration") { Since = Ages.Of(file) };

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) => freeUnused.FreeAsync(Digest.Parse(finding.Subject), cancellationToken);
}
