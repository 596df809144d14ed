using System.Buffers;
using System.Runtime.CompilerServices;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// Cuts frames out of the bytes that come, whatever pieces they come in. Content is handed on as it arrives, so a frame's length costs no memory;
/// while nothing comes, no buffer is held.
/// </summary>
internal sealed class FrameReader(Stream stream, TimeProvider time) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private bool _mayHaveMore;
    private bool _isInControl;
    private long _unfinishedSince;

    /// <summary>Bytes of the current frame that were not read yet.</summary>
    public int Left { get; private set; }

    /// <summary>A timestamp of the clock, when bytes last came.</summary>
    public long LastRead { get; private set; } = time.GetTimestamp();

    /// <summary>A timestamp of the clock, since when a control frame waits for its rest; 0: none does.</summary>
    public long UnfinishedSince => Volatile.Read(ref _unfinishedSince);

    /// <summary>The next frame's header; the last frame has to be read to its end.</summary>
    /// <returns>Null: the other side has ended between two frames.</returns>
    /// <exception cref="EndOfStreamException">It has ended within a frame.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameHeader?> NextAsync(CancellationToken cancellationToken)
    {
        _isInControl = true;
        while (_end - _start < FrameHeader.Bytes)
        {
            var isBetweenFrames = _end == _start;
            if (await FillAsync(cancellationToken))
            {
                continue;
            }

            return isBetweenFrames ? null : throw new EndOfStreamException("the connection ended within a frame's header");
        }

        var header = FrameHeader.Read(_buffer.AsSpan(_start));
        _start += FrameHeader.Bytes;
        Left = header.Length;
        _isInControl = header.IsControl && header.Length > 0;
        if (!_isInControl)
        {
            Volatile.Write(ref _unfinishedSince, 0);
        }

        return header;
    }

    /// <summary>Some of the frame's content, at least a byte; valid until the next call.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadSomeAsync(CancellationToken cancellationToken) =>
        _end > _start ? new(Take(Math.Min(_end - _start, Left))) : FillAndReadSomeAsync(cancellationToken);

    /// <summary>The next bytes of the frame's content, of which there must be so many; valid until the next call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(int count, CancellationToken cancellationToken)
    {
        if (count > Left)
        {
            throw new SpdyException("a control frame that is too short");
        }

        while (_end - _start < count)
        {
            await FillOrThrowAsync(cancellationToken);
        }

        return Take(count);
    }

    /// <summary>Passes over the rest of the frame.</summary>
    public async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        while (Left > 0)
        {
            await ReadSomeAsync(cancellationToken);
        }
    }

    public void Dispose() => Release();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> FillAndReadSomeAsync(CancellationToken cancellationToken)
    {
        await FillOrThrowAsync(cancellationToken);
        return Take(Math.Min(_end - _start, Left));
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var bytes = _buffer.AsMemory(_start, count);
        _start += count;
        Left -= count;
        if (Left == 0 && _isInControl)
        {
            _isInControl = false;
            Volatile.Write(ref _unfinishedSince, 0);
        }

        return bytes;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillOrThrowAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(cancellationToken))
        {
            throw new EndOfStreamException("the connection ended within a frame");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_isInControl && _unfinishedSince == 0 && (_end > _start || Left > 0))
        {
            Volatile.Write(ref _unfinishedSince, time.GetTimestamp());
        }

        if (_end == _start)
        {
            _start = _end = 0;
            if (!_mayHaveMore)
            {
                Release();
                await stream.WaitForBytesAsync(cancellationToken);
            }
        }

        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var room = _buffer.Length - _end;
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        _mayHaveMore = count == room;
        LastRead = time.GetTimestamp();
        return count > 0;
    }

    private void Release()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
