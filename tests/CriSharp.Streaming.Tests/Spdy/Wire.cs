using System.IO.Pipelines;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>Two ends of a connection in memory, with room for 64 KiB each way.</summary>
internal sealed class Wire : Stream
{
    private readonly Stream _reads;
    private readonly Stream _writes;

    private Wire(Pipe reads, Pipe writes) => (_reads, _writes) = (reads.Reader.AsStream(), writes.Writer.AsStream());

    /// <summary>A read gives at most so many bytes.</summary>
    public int MostPerRead { get; set; } = int.MaxValue;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static (Wire Left, Wire Right) Pair()
    {
        var (there, back) = (new Pipe(), new Pipe());
        return (new(back, there), new(there, back));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reads.ReadAsync(buffer[..Math.Min(buffer.Length, MostPerRead)], cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writes.WriteAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>This side says nothing more.</summary>
    public void EndWrites() => _writes.Dispose();

    protected override void Dispose(bool disposing)
    {
        _writes.Dispose();
        _reads.Dispose();
        base.Dispose(disposing);
    }
}
