using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Archives;

/// <summary>The data of one entry while it is written: as much as was announced, no more and no less.</summary>
internal sealed class ArchiveEntryStream(TarWriter tar, long sizeBytes) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => sizeBytes;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">Something is missing.</exception>
    public void RequireEnd()
    {
        if (_written != sizeBytes)
        {
            throw Wrong();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > sizeBytes - _written)
        {
            throw Wrong();
        }

        tar.WriteData(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private InvalidDataException Wrong() => new($"an entry has not the {sizeBytes} bytes that were announced");
}
