namespace CriSharp.Linux.Streams;

/// <summary>A stream that is written from its beginning to its end, and nothing else.</summary>
public abstract class WriteOnlyStream : Stream
{
    private long _written;

    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Length => _written;

    /// <summary>Bytes so far.</summary>
    public sealed override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        Take(buffer);
        _written += buffer.Length;
    }

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is held back, unless the one below it holds some.
    }

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>All of it, before it returns.</summary>
    protected abstract void Take(ReadOnlySpan<byte> buffer);
}
