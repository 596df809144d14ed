using System.Buffers;
using System.Buffers.Binary;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// Puts frames one after the other on the wire. They gather in one buffer while another is being sent, so frames that come faster than they leave
/// go together, and neighbouring data of one stream becomes one frame. Data waits for room; control frames never wait.
/// </summary>
internal sealed class FrameWriter(Stream stream, TimeProvider time, Action<Exception> failed, CancellationToken stopping)
{
    /// <summary>Of data; the content of a frame is at most so long.</summary>
    private const int Room = BufferBytes - 4096;
    private const int BufferBytes = 64 * 1024;
    private const int NoFrame = -1;

    private readonly Lock _gate = new();
    private byte[]? _buffer;
    private int _filled;
    private int _lastFrame = NoFrame;
    private bool _isSending;
    private Exception? _failure;
    private TaskCompletionSource? _progress;

    /// <summary>A timestamp of the clock, when bytes last left.</summary>
    public long LastWrite { get; private set; } = time.GetTimestamp();

    /// <summary>Nothing waits to be sent.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return !_isSending;
            }
        }
    }

    /// <summary>Data of a stream, in as many frames as need be.</summary>
    /// <exception cref="IOException">The stream or the connection has ended.</exception>
    public ValueTask WriteAsync(SpdyStream from, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var taken = Append(from, content.Span, out var progress);
        return taken == content.Length ? default : WriteRestAsync(from, content[taken..], progress!, cancellationToken);
    }

    /// <summary>A control frame, whole.</summary>
    public void Post(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            Reserve(frame.Length);
            frame.CopyTo(_buffer.AsSpan(_filled));
            _filled += frame.Length;
            _lastFrame = NoFrame;
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendAsync();
    }

    /// <summary>The end of a stream's data.</summary>
    public void PostEnd(int streamId)
    {
        lock (_gate)
        {
            if (_lastFrame != NoFrame && BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_lastFrame)) == streamId)
            {
                _buffer![_lastFrame + 4] |= FrameHeader.Fin;
                _lastFrame = NoFrame;
                return;
            }
        }

        Span<byte> frame = stackalloc byte[FrameHeader.Bytes];
        FrameHeader.WriteData(frame, streamId, FrameHeader.Fin, 0);
        Post(frame);
    }

    /// <summary>Until there is room for data: whoever posts answers to what comes waits here, or a flood of it would grow a flood of answers.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        for (; ; )
        {
            Task progress;
            lock (_gate)
            {
                if (_filled <= Room || _failure is not null)
                {
                    return;
                }

                progress = NextProgress();
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Until all is sent, or nothing can be any more.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (; ; )
        {
            Task progress;
            lock (_gate)
            {
                if (!_isSending)
                {
                    return;
                }

                progress = NextProgress();
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Nothing is sent from now on; what waits, fails.</summary>
    public void Stop(Exception reason)
    {
        lock (_gate)
        {
            _failure ??= reason;
        }

        Progress();
    }

    private int Append(SpdyStream from, ReadOnlySpan<byte> content, out Task? progress)
    {
        progress = null;
        int taken;
        lock (_gate)
        {
            from.ThrowIfNotWritable();
            if (_failure is not null)
            {
                throw new SpdyException(_failure.Message, _failure);
            }

            var joins = _lastFrame != NoFrame && BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_lastFrame)) == from.Id;
            var head = joins ? 0 : FrameHeader.Bytes;
            taken = Math.Clamp(Room - _filled - head, 0, content.Length);
            if (taken < content.Length)
            {
                progress = NextProgress();
            }

            if (taken == 0)
            {
                return 0;
            }

            Reserve(head + taken);
            if (joins)
            {
                var length = _filled - _lastFrame - FrameHeader.Bytes + taken;
                FrameHeader.WriteData(_buffer.AsSpan(_lastFrame), from.Id, 0, length);
            }
            else
            {
                _lastFrame = _filled;
                FrameHeader.WriteData(_buffer.AsSpan(_filled), from.Id, 0, taken);
            }

            content[..taken].CopyTo(_buffer.AsSpan(_filled + head));
            _filled += head + taken;
            if (_isSending)
            {
                return taken;
            }

            _isSending = true;
        }

        _ = SendAsync();
        return taken;
    }

    private async ValueTask WriteRestAsync(SpdyStream from, ReadOnlyMemory<byte> content, Task progress, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            await progress.WaitAsync(cancellationToken);
            content = content[Append(from, content.Span, out var next)..];
            if (content.IsEmpty)
            {
                return;
            }

            progress = next!;
        }
    }

    private async Task SendAsync()
    {
        var isWithinCall = true;
        try
        {
            for (var full = Swap(); full.Count > 0;)
            {
                Progress();
                await stream.WriteAsync(full, stopping);
                LastWrite = time.GetTimestamp();
                ArrayPool<byte>.Shared.Return(full.Array!);
                full = Swap();
                if (full.Count > 0 && isWithinCall)
                {
                    // A writer's call must not be held up by what others go on to write.
                    isWithinCall = false;
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _failure ??= e;
                _isSending = false;
                Discard();
            }

            failed(e);
        }

        Progress();
    }

    /// <returns>What is to be sent; nothing: the sending has ended.</returns>
    private ArraySegment<byte> Swap()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                Discard();
            }

            var full = new ArraySegment<byte>(_buffer ?? [], 0, _filled);
            (_buffer, _filled, _lastFrame) = (null, 0, NoFrame);
            if (full.Count > 0)
            {
                return full;
            }

            _isSending = false;
            return default;
        }
    }

    private void Reserve(int bytes)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        if (_filled + bytes <= _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_filled + bytes);
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Discard()
    {
        if (_buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        (_buffer, _filled, _lastFrame) = (null, 0, NoFrame);
    }

    private Task NextProgress() => (_progress ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Progress()
    {
        TaskCompletionSource? progress;
        lock (_gate)
        {
            (progress, _progress) = (_progress, null);
        }

        progress?.TrySetResult();
    }
}
