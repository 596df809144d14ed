namespace CriSharp.Images;

public sealed partial class ImageStore
{
    private void Load()
    {
        foreach (var layer in _layers.SetAside)
        {
            LayerBroken(layer.Id, layer.Path, layer.Reason);
        }

        var records = new List<ImageRecord>();
        var outdated = new List<ImageRecord>();
        var tags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (record, revision) in _folder.Load(RecordBroken).OrderByDescending(loaded => loaded.Revision))
        {
            _revision = Math.Max(_revision, revision);
            if (DamageOf(record) is { } damage)
            {
                ImageDamaged(record.Id, damage, string.Join(' ', record.RepoTags.Concat(record.RepoDigests)));
                _folder.SetAside(record, damage);
                continue;
            }

            // The record with the highest revision has a tag that several claim, after a crash between their writes.
            var own = record with { RepoTags = [.. record.RepoTags.Where(tags.Add)] };
            records.Add(own);
            if (own.RepoTags.Count < record.RepoTags.Count)
            {
                outdated.Add(own);
            }
        }

        outdated.ForEach(PutRight);

        _catalog = _catalog.With(records);
    }

    /// <summary>Else the tag would be back on the old image when the new one has lost it.</summary>
    private void PutRight(ImageRecord record)
    {
        try
        {
            _folder.Write(record, ++_revision);
        }
        catch (IOException failure)
        {
            // The next write of it does it, or the next start.
            TagsStay(record.Id, failure);
        }
    }

    /// <returns>Null for one that is whole, as far as a quick look at its layers and its documents can tell.</returns>
    private string? DamageOf(ImageRecord record)
    {
        foreach (var layer in record.Layers)
        {
            if (_layers.Verify(layer) is { } reason)
            {
                return $"its layer {layer} {reason}";
            }
        }

        foreach (var document in record.Documents)
        {
            if (_content.Verify(document) is { } reason)
            {
                return $"of its document {document}: {reason}";
            }
        }

        return null;
    }
}
