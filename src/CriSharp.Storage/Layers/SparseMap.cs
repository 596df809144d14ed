namespace CriSharp.Storage.Layers;

/// <summary>The pieces of a sparse file that the archive holds, in order and apart from each other; the rest are holes.</summary>
internal sealed class SparseMap
{
    private SparseMap(long sizeBytes, IReadOnlyList<(long Offset, long Length)> pieces) => (SizeBytes, Pieces) = (sizeBytes, pieces);

    /// <summary>Length of the file, holes included.</summary>
    public long SizeBytes { get; }

    public IReadOnlyList<(long Offset, long Length)> Pieces { get; }

    /// <param name="numbers">Offset, length, offset, length, ...</param>
    /// <param name="storedBytes">What the archive holds of the file.</param>
    /// <exception cref="InvalidDataException">Pieces out of order, over the end, or not as many bytes as are stored.</exception>
    public static SparseMap Create(IReadOnlyList<long> numbers, long sizeBytes, long storedBytes, LayerLimits limits)
    {
        if (numbers.Count % 2 != 0 || numbers.Count / 2 > limits.SparsePieces || sizeBytes < 0)
        {
            throw new InvalidDataException("a sparse file's map is malformed or too long");
        }

        var pieces = new List<(long Offset, long Length)>(numbers.Count / 2);
        var end = 0L;
        var stored = 0L;
        for (var i = 0; i < numbers.Count; i += 2)
        {
            var (offset, length) = (numbers[i], numbers[i + 1]);
            if (length < 0 || offset < end || offset > sizeBytes || length > sizeBytes - offset)
            {
                throw new InvalidDataException("a sparse file's pieces overlap or lie beyond its end");
            }

            end = offset + length;
            stored += length;
            // GNU tar ends the list with an empty piece at the end of the file.
            if (length > 0)
            {
                pieces.Add((offset, length));
            }
        }

        return stored == storedBytes
            ? new SparseMap(sizeBytes, pieces)
            : throw new InvalidDataException($"a sparse file's pieces add up to {stored} bytes where the archive holds {storedBytes}");
    }
}
