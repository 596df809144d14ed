using System.Buffers;
using System.Runtime.InteropServices;
using CriSharp.Linux.Polling;

namespace CriSharp.Linux.Processes;

/// <summary>Reads the non-blocking end of a pipe until its end, keeping a limited number of bytes and dropping the rest.</summary>
public sealed class PipeCapture(SafeHandle reader, int limitBytes)
{
    private const int ChunkBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _kept = new();

    /// <summary>More came than the limit allows to keep.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>What has been kept so far; complete once <see cref="ReadAsync"/> has returned.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.WrittenMemory;

    /// <returns>True at the end of the stream, false when the token fired first: what came by then stays.</returns>
    public Task<bool> ReadAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    /// <summary>Stops after the first line too, without waiting for everybody who has the other end to close it.</summary>
    /// <inheritdoc cref="ReadAsync(CancellationToken)"/>
    public Task<bool> ReadLineAsync(CancellationToken cancellationToken) => ReadAsync((byte)'\n', cancellationToken);

    private async Task<bool> ReadAsync(byte? terminator, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            // After the limit what lies in the pipe is still taken, but somebody who writes without a pause must not outlast it.
            for (var late = 0; late < PipePair.WideBytes;)
            {
                var count = ReadAvailable(chunk);
                if (count == 0)
                {
                    return true;
                }

                if (count < 0 && cancellationToken.IsCancellationRequested)
                {
                    return false;
                }

                if (count < 0)
                {
                    await WaitAsync(cancellationToken);
                    continue;
                }

                Keep(chunk.AsSpan(0, count));
                if (terminator is { } last && chunk.AsSpan(0, count).Contains(last))
                {
                    return true;
                }

                late += cancellationToken.IsCancellationRequested ? count : 0;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadinessLoop.WaitReadableAsync(reader, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A process that was stalled learns of the limit and of the bytes that came in time at once.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = limitBytes - _kept.WrittenCount;
        IsTruncated |= bytes.Length > room;
        _kept.Write(bytes[..Math.Min(bytes.Length, room)]);
    }

    /// <returns>-1 when nothing is there yet.</returns>
    private unsafe int ReadAvailable(byte[] chunk)
    {
        fixed (byte* buffer = chunk)
        {
            while (true)
            {
                var count = (int)Libc.ReadSome(reader, buffer, chunk.Length);
                if (count >= 0)
                {
                    return count;
                }

                var failure = LinuxException.Last("read", "pipe");
                switch (failure.ErrorNumber)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        return -1;
                    default:
                        throw failure;
                }
            }
        }
    }
}
