using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Streams;

/// <summary>
/// A non-blocking descriptor (end of a pipe, master of a terminal) as a stream that holds no thread while it waits. One read and one write
/// may be under way at once. A transfer is tried first; only one that would wait goes to <see cref="ReadinessLoop"/>.
/// </summary>
public sealed class DescriptorStream : Stream
{
    private readonly SafeFileHandle? _reader;
    private readonly SafeFileHandle? _writer;
    private readonly CancellationTokenSource _readStop = new();
    private readonly CancellationTokenSource _writeStop = new();
    private volatile bool _isClosed;
    private volatile bool _isEnding;
    private int _readLimit;

    /// <param name="descriptor">Non-blocking; the stream's own from now on.</param>
    /// <exception cref="LinuxException">EMFILE: what is both read and written is needed twice, since the loop takes one wait of each. It is closed.</exception>
    public DescriptorStream(SafeFileHandle descriptor, FileAccess access)
    {
        _reader = access.HasFlag(FileAccess.Read) ? descriptor : null;
        try
        {
            _writer = access == FileAccess.ReadWrite ? ReadinessLoop.Duplicate(descriptor)
                : access == FileAccess.Write ? descriptor
                : null;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    public override bool CanRead => _reader is not null;

    public override bool CanWrite => _writer is not null;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// From now on the first pause in what comes is the stream's end, and so is <paramref name="mostBytes"/> more: for an output that somebody
    /// else still holds, who may never close it. What lies there already can be read, however late.
    /// </summary>
    public void EndAtPause(int mostBytes)
    {
        _readLimit = mostBytes;
        _isEnding = true;
        _readStop.Cancel();
    }

    /// <returns>0 at the end, which for a terminal is the hang-up of its other side.</returns>
    /// <exception cref="IOException">The descriptor failed, or the stream was closed meanwhile.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reader = _reader ?? throw new NotSupportedException("the stream is for writing");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isEnding = _isEnding;
            var count = TryRead(reader, (isEnding ? buffer[..Math.Min(buffer.Length, _readLimit)] : buffer).Span);
            if (count >= 0)
            {
                _readLimit -= isEnding ? count : 0;
                return count;
            }

            if (isEnding)
            {
                return 0;
            }

            await WaitAsync(reader, ReadinessLoop.WaitReadableAsync, _readStop.Token, cancellationToken);
        }
    }

    /// <summary>Completes when all is written.</summary>
    /// <exception cref="IOException">EPIPE: nobody reads it any more; or the stream was closed meanwhile.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var writer = _writer ?? throw new NotSupportedException("the stream is for reading");
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = TryWrite(writer, buffer.Span);
            if (count >= 0)
            {
                buffer = buffer[count..];
                continue;
            }

            await WaitAsync(writer, ReadinessLoop.WaitWritableAsync, _writeStop.Token, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("it would hold a thread: ReadAsync does not");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("it would hold a thread: WriteAsync does not");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            // Whoever waits holds the descriptor open until it is told.
            _isClosed = true;
            _readStop.Cancel();
            _writeStop.Cancel();
            _reader?.Dispose();
            _writer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static IOException Closed() => new("the stream was closed");

    // Ends when:
    // * the descriptor is ready
    // * the caller has gone (cancellationToken)
    // * the stream is closed, or is to end (stop): the next transfer tells
    private static async ValueTask WaitAsync(
        SafeFileHandle descriptor, Func<SafeFileHandle, CancellationToken, Task> wait, CancellationToken stop, CancellationToken cancellationToken)
    {
        using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken) : null;
        try
        {
            await wait(descriptor, either?.Token ?? stop);
        }
        catch (OperationCanceledException)
        {
            // The caller finds out which.
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }
    }

    /// <returns>-1: nothing is there yet.</returns>
    private int TryRead(SafeFileHandle reader, Span<byte> buffer)
    {
        var count = buffer.IsEmpty ? 0 : _isClosed ? throw Closed() : ReadOnce(reader, buffer);
        return count switch
        {
            >= 0 => count,
            -Errno.EAGAIN => -1,
            -Errno.EIO => 0,
            _ => throw new LinuxException("read", null, -count),
        };
    }

    /// <returns>-1: there is no room yet.</returns>
    private int TryWrite(SafeFileHandle writer, ReadOnlySpan<byte> bytes)
    {
        var count = _isClosed ? throw Closed() : WriteOnce(writer, bytes);
        return count switch
        {
            >= 0 => count,
            -Errno.EAGAIN => -1,
            _ => throw new LinuxException("write", null, -count),
        };
    }

    private static int ReadOnce(SafeFileHandle reader, Span<byte> buffer)
    {
        try
        {
            return DescriptorTransfer.Read(reader, buffer);
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }
    }

    private static int WriteOnce(SafeFileHandle writer, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return DescriptorTransfer.Write(writer, bytes);
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }
    }
}
