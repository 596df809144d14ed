using CriSharp.Linux.Streams;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Archives;

/// <summary>The data of one entry while it is written: as much as was announced, no more and no less.</summary>
internal sealed class ArchiveEntryStream(TarWriter tar, long sizeBytes) : WriteOnlyStream
{
    /// <exception cref="InvalidDataException">Something is missing.</exception>
    public void RequireEnd()
    {
        if (Position != sizeBytes)
        {
            throw Wrong();
        }
    }

    protected override void Take(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > sizeBytes - Position)
        {
            throw Wrong();
        }

        tar.WriteData(buffer);
    }

    private InvalidDataException Wrong() => new($"an entry has not the {sizeBytes} bytes that were announced");
}
