using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a key may occur more than once.</summary>
public sealed class Metadata : IReadOnlyList<Metadata.Entry>
{
    /// <summary>Keys with this suffix hold bytes, which travel as base64.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    public static readonly Metadata Empty = new(frozen: true);

    private readonly List<Entry> _entries = [];
    private readonly bool _frozen;

    public Metadata()
    {
    }

    private Metadata(bool frozen) => _frozen = frozen;

    public int Count => _entries.Count;

    public Entry this[int index] => _entries[index];

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry entry)
    {
        if (_frozen)
        {
            throw new InvalidOperationException("The empty metadata is shared and can't be added to.");
        }

        _entries.Add(entry);
    }

    /// <summary>The last value of a key that holds text.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One header.</summary>
    public sealed class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        public Entry(string key, string value)
        {
            (Key, _text) = (key.ToLowerInvariant(), value);
            if (IsBinary)
            {
                throw new ArgumentException($"The key {key} is one for bytes.", nameof(key));
            }
        }

        public Entry(string key, byte[] valueBytes)
        {
            (Key, _bytes) = (key.ToLowerInvariant(), valueBytes);
            if (!IsBinary)
            {
                throw new ArgumentException($"The key {key} is one for text.", nameof(key));
            }
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => _text ?? throw new InvalidOperationException($"The header {Key} holds bytes.");

        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_text!);
    }
}
