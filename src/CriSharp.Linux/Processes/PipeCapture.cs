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

    /// <returns>True at the end of the stream, false when the token fired first: what was read by then stays.</returns>
    public Task<bool> ReadAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    /// <summary>Stops after the first line too, without waiting for everybody who has the other end to close it.</summary>
    /// <inheritdoc cref="ReadAsync(CancellationToken)"/>
    public Task<bool> ReadLineAsync(CancellationToken cancellationToken) => ReadAsync((byte)'\n', cancellationToken);

    private async Task<bool> ReadAsync(byte? terminator, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (true)
            {
                // Somebody who writes without a pause must not outlast the limit either.
                cancellationToken.ThrowIfCancellationRequested();
                var count = ReadAvailable(chunk);
                if (count == 0)
                {
                    return true;
                }

                if (count < 0)
                {
                    await ReadinessLoop.WaitReadableAsync(reader, cancellationToken);
                    continue;
                }

                Keep(chunk.AsSpan(0, count));
                if (terminator is { } last && chunk.AsSpan(0, count).Contains(last))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
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
