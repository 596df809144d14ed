using System.Collections.Immutable;
using CriSharp.Oci;
using CriSharp.Registry.Names;

namespace CriSharp.Images.Persistence;

/// <summary>All images at one moment, and their names. Immutable: the store swaps it whole, so that readers take no lock.</summary>
internal sealed class ImageCatalog
{
    /// <summary>Shorter ones are names: a short id that means another image would have a container run it.</summary>
    private const int ShortIdDigits = 12;
    private const int IdDigits = 64;

    public static readonly ImageCatalog Empty = new(ImmutableSortedDictionary<string, ImageRecord>.Empty.WithComparers(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, ImageRecord> _byId;
    private readonly Dictionary<string, ImageRecord> _byName = new(StringComparer.Ordinal);

    private ImageCatalog(ImmutableSortedDictionary<string, ImageRecord> byId)
    {
        _byId = byId;
        foreach (var record in byId.Values)
        {
            foreach (var name in record.RepoTags.Concat(record.RepoDigests))
            {
                _byName[name] = record;
            }
        }
    }

    public IEnumerable<ImageRecord> Records => _byId.Values;

    public ImageRecord? ById(string id) => _byId.GetValueOrDefault(id);

    /// <summary>A full name as records hold it: with tag or with digest.</summary>
    public ImageRecord? ByName(string name) => _byName.GetValueOrDefault(name);

    public ImageCatalog With(params IEnumerable<ImageRecord> records) => new(_byId.SetItems(records.Select(record => KeyValuePair.Create(record.Id, record))));

    public ImageCatalog Without(string id) => new(_byId.Remove(id));

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
}
