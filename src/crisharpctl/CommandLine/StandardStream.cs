using CriSharp.Linux;
using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Ctl.CommandLine;

/// <summary>
/// Standard output or error, by write(2) alone. The base library's console stream keeps to itself that nobody reads any more, and its file stream
/// has a place in the file of its own, so that two of them write over each other.
/// </summary>
/// <param name="descriptor">Left open; may be non-blocking, since that is the choice of whoever else has it.</param>
internal sealed class StandardStream(SafeFileHandle descriptor) : Stream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="LinuxException">EPIPE: nobody reads it any more.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = DescriptorTransfer.Write(descriptor, buffer);
            if (count == -Errno.EAGAIN)
            {
                WaitForRoom();
                continue;
            }

            buffer = count >= 0 ? buffer[count..] : throw new LinuxException("write", null, -count);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitForRoom()
    {
        var loop = new PollLoop();
        loop.Add(descriptor, PollEvents.Writable, static _ => { });
        loop.Wait(timeoutMilliseconds: -1);
    }
}
