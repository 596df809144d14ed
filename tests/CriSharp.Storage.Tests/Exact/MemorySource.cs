using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>An archive in memory, in blocks of any size, so that every border between two blocks is somewhere.</summary>
internal sealed class MemorySource(ReadOnlyMemory<byte> bytes, int blockBytes) : ByteSource
{
    private int _given;

    /// <summary>All entries with their data, as a reader gets them.</summary>
    /// <exception cref="InvalidDataException">From the reader.</exception>
    public static List<(TarEntry Entry, byte[] Data)> ReadAll(ReadOnlyMemory<byte> tar, LayerLimits limits, int blockBytes = 4096)
    {
        using var source = new MemorySource(tar, blockBytes);
        var reader = new TarReader(source, limits);
        var entries = new List<(TarEntry, byte[])>();
        while (reader.ReadEntry() is { } entry)
        {
            var data = new MemoryStream();
            for (ReadOnlySpan<byte> read; !(read = reader.ReadData(1 << 16)).IsEmpty;)
            {
                data.Write(read);
            }

            entries.Add((entry, data.ToArray()));
        }

        reader.DrainTrailer();
        return entries;
    }

    protected override ReadOnlyMemory<byte> NextBlock()
    {
        var block = bytes.Slice(_given, Math.Min(blockBytes, bytes.Length - _given));
        _given += block.Length;
        return block;
    }
}
