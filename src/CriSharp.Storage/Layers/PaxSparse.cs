using System.Text;

namespace CriSharp.Storage.Layers;

/// <summary>
/// What an extended header says of a sparse file, in GNU tar's formats 0.0, 0.1 and 1.0.
/// https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
/// </summary>
internal sealed class PaxSparse
{
    // 0.0 gives the pieces by repeated keys, 0.1 in one list, 1.0 in front of the data.
    private readonly List<long> _numbers = [];
    private long? _major;
    private long? _minor;
    private bool _hasMap;

    /// <summary>The true name of the file: the header's own says "GNUSparseFile.123/name".</summary>
    public byte[]? Path { get; private set; }

    public long? SizeBytes { get; private set; }

    public bool IsSparse => _hasMap || SizeBytes is not null || MapIsInData;

    /// <summary>Format 1.0: the map stands before the data.</summary>
    public bool MapIsInData => _major is 1;

    public void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key.Length <= 9 ? Encoding.ASCII.GetString(key) : "")
        {
            case "major":
                _major = TarNumbers.Decimal(value, "GNU.sparse.major");
                break;
            case "minor":
                _minor = TarNumbers.Decimal(value, "GNU.sparse.minor");
                break;
            case "name":
                Path = value.ToArray();
                break;
            case "size" or "realsize":
                SizeBytes = TarNumbers.Decimal(value, "GNU.sparse.size");
                break;
            case "offset" or "numbytes":
                _hasMap = true;
                _numbers.Add(TarNumbers.Decimal(value, "GNU.sparse.offset"));
                break;
            case "map":
                TakeMap(value);
                break;
            default:
                break;
        }
    }

    /// <summary>The next number of a map that stands before the data.</summary>
    public void Add(long number) => _numbers.Add(number);

    /// <exception cref="InvalidDataException">The pieces don't make sense.</exception>
    public SparseMap ToMap(long storedBytes, LayerLimits limits) => _major is null or 0 or 1 && _minor is null or 0 or 1
        ? SparseMap.Create(_numbers, SizeBytes ?? throw new InvalidDataException("a sparse file has no size"), storedBytes, limits)
        : throw new InvalidDataException($"sparse format {_major}.{_minor} is not known");

    private void TakeMap(ReadOnlySpan<byte> value)
    {
        _hasMap = true;
        foreach (var part in value.Split((byte)','))
        {
            var number = value[part];
            if (!number.IsEmpty)
            {
                _numbers.Add(TarNumbers.Decimal(number, "GNU.sparse.map"));
            }
        }
    }
}
