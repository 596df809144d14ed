using System.Collections.Immutable;
using CriSharp.Oci;
using CriSharp.Registry.Names;

namespace CriSharp.Images.Persistence;

/// <summary>
/// All images at one moment, their names and what they use. Immutable: the store swaps it whole, so that readers take no lock; a change costs the same however many images there are.
/// </summary>
internal sealed class ImageCatalog
{
    /// <summary>Shorter ones are names: a short id that means another image would have a container run it.</summary>
    private const int ShortIdDigits = 12;
    private const int IdDigits = 64;

    private readonly ImmutableSortedDictionary<string, ImageRecord> _byId;
    private readonly ImmutableDictionary<string, ImageRecord> _byName;
    private readonly UseCounts<DiffId> _layers;
    private readonly UseCounts<Digest> _documents;
    private IReadOnlyList<ImageRecord>? _records;

    private ImageCatalog(
        ImmutableSortedDictionary<string, ImageRecord> byId, ImmutableDictionary<string, ImageRecord> byName, UseCounts<DiffId> layers, UseCounts<Digest> documents) =>
        (_byId, _byName, _layers, _documents) = (byId, byName, layers, documents);

    public static ImageCatalog Empty { get; } = new(
        ImmutableSortedDictionary<string, ImageRecord>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableDictionary<string, ImageRecord>.Empty.WithComparers(StringComparer.Ordinal),
        UseCounts<DiffId>.None,
        UseCounts<Digest>.None);

    /// <summary>The same list as long as nothing changes.</summary>
    public IReadOnlyList<ImageRecord> Records => _records ??= [.. _byId.Values];

    public ImageRecord? ById(string id) => _byId.GetValueOrDefault(id);

    /// <summary>A full name as records hold it: with tag or with digest.</summary>
    public ImageRecord? ByName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether an image needs the layer, or the document.</summary>
    public bool Uses(DiffId layer) => _layers.Has(layer);

    public bool Uses(Digest document) => _documents.Has(document);

    public ImageCatalog With(params IEnumerable<ImageRecord> records)
    {
        var next = new Change(this);
        foreach (var record in records)
        {
            next.Remove(record.Id);
            next.Add(record);
        }

        return next.ToCatalog();
    }

    public ImageCatalog Without(string id)
    {
        var next = new Change(this);
        next.Remove(id);
        return next.ToCatalog();
    }

    /// <param name="names">What a name stands for, the first that is here counts.</param>
    public ImageRecord? Resolve(string name, ImageNames names)
    {
        var id = Digest.TryParse(name, out var digest) ? digest.ToString() : name.Length == IdDigits ? $"{Digest.Sha256}:{name}" : null;
        if (id is not null && ById(id) is { } exact)
        {
            return exact;
        }

        return names.Find(name).Select(reference => ByName(reference.ToString())).FirstOrDefault(named => named is not null) ?? ByShortId(name);
    }

    private ImageRecord? ByShortId(string name)
    {
        var prefix = name.StartsWith($"{Digest.Sha256}:", StringComparison.Ordinal) ? name : $"{Digest.Sha256}:{name}";
        var digits = prefix.Length - Digest.Sha256.Length - 1;
        if (digits is < ShortIdDigits or >= IdDigits || !prefix.AsSpan(Digest.Sha256.Length + 1).TrimStart("0123456789abcdef").IsEmpty)
        {
            return null;
        }

        var candidates = _byId.Values.Where(record => record.Id.StartsWith(prefix, StringComparison.Ordinal)).Take(2).ToList();
        return candidates.Count == 1 ? candidates[0] : null;
    }

    /// <summary>The next catalog while it is made.</summary>
    private sealed class Change(ImageCatalog before)
    {
        private readonly ImmutableSortedDictionary<string, ImageRecord>.Builder _byId = before._byId.ToBuilder();
        private readonly ImmutableDictionary<string, ImageRecord>.Builder _byName = before._byName.ToBuilder();
        private readonly UseCounts<DiffId>.Change _layers = new(before._layers);
        private readonly UseCounts<Digest>.Change _documents = new(before._documents);

        public void Add(ImageRecord record)
        {
            _byId[record.Id] = record;
            foreach (var name in record.RepoTags.Concat(record.RepoDigests))
            {
                _byName[name] = record;
            }

            _layers.Add(record.Layers);
            _documents.Add(record.Documents);
        }

        public void Remove(string id)
        {
            if (!_byId.Remove(id, out var record))
            {
                return;
            }

            // A tag may be another image's by now.
            foreach (var name in record.RepoTags.Concat(record.RepoDigests).Where(name => _byName.GetValueOrDefault(name)?.Id == id))
            {
                _byName.Remove(name);
            }

            _layers.Remove(record.Layers);
            _documents.Remove(record.Documents);
        }

        public ImageCatalog ToCatalog() => new(_byId.ToImmutable(), _byName.ToImmutable(), _layers.ToCounts(), _documents.ToCounts());
    }
}
