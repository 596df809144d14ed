using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Streams;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Ctl.CommandLine;

/// <summary>
/// Standard output or error, by write(2) alone. The base library's console stream keeps to itself that nobody reads any more, and its file stream
/// has a place in the file of its own, so that two of them write over each other.
/// </summary>
/// <param name="descriptor">Left open; may be non-blocking, since that is the choice of whoever else has it.</param>
internal sealed class StandardStream(SafeFileHandle descriptor) : WriteOnlyStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="LinuxException">EPIPE: nobody reads it any more.</exception>
    protected override void Take(ReadOnlySpan<byte> buffer)
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

    private void WaitForRoom()
    {
        var loop = new PollLoop();
        loop.Add(descriptor, PollEvents.Writable, static _ => { });
        loop.Wait(timeoutMilliseconds: -1);
    }
}
