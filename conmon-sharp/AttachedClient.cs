using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// Somebody who has a part in the container's streams, by pipes of its own. What they hold is all that waits for it: nobody waits for a client
/// that reads slowly, and none gets an output with a hole in it, so it is let go.
/// </summary>
internal sealed class AttachedClient : IDisposable
{
    private readonly Action<string> _letGo;
    private SafeFileHandle? _stdin;
    private SafeFileHandle? _stdout;
    private SafeFileHandle? _stderr;

    /// <param name="descriptors">As <see cref="AttachMessage"/> says; the client's own from now on.</param>
    /// <param name="letGo">Called with the reason when it does not keep up; disposes of it.</param>
    public AttachedClient(StandardStreams streams, List<SafeFileHandle> descriptors, Action<string> letGo)
    {
        _letGo = letGo;
        var next = 0;
        _stdin = streams.HasFlag(StandardStreams.Stdin) ? descriptors[next++] : null;
        _stdout = streams.HasFlag(StandardStreams.Stdout) ? descriptors[next++] : null;
        _stderr = streams.HasFlag(StandardStreams.Stderr) ? descriptors[next] : null;
        descriptors.ForEach(DescriptorTransfer.SetNonBlocking);
    }

    /// <summary>What it types; null: nothing is taken.</summary>
    public InputSource? Input { get; set; }

    /// <returns>Null: it types nothing. Otherwise the caller's.</returns>
    public SafeFileHandle? TakeInput()
    {
        var stdin = _stdin;
        _stdin = null;
        return stdin;
    }

    /// <summary>Gives it a part of the output, or lets it go.</summary>
    public void Give(LogStream name, ReadOnlySpan<byte> bytes)
    {
        if (Pipe(name) is not { } pipe)
        {
            return;
        }

        while (!bytes.IsEmpty)
        {
            var count = DescriptorTransfer.Write(pipe, bytes);
            if (count > 0)
            {
                bytes = bytes[count..];
                continue;
            }

            if (count is -Errno.EAGAIN or 0)
            {
                _letGo("it read the container's output more slowly than that was written, and its pipe was full");
            }
            else
            {
                // EPIPE: it reads this one no more.
                End(name);
            }

            return;
        }
    }

    /// <summary>All of that output was given.</summary>
    public void End(LogStream name)
    {
        Pipe(name)?.Dispose();
        _ = name == LogStream.Stdout ? _stdout = null : _stderr = null;
    }

    public void Dispose()
    {
        _stdin?.Dispose();
        _stdout?.Dispose();
        _stderr?.Dispose();
    }

    private SafeFileHandle? Pipe(LogStream name) => name == LogStream.Stdout ? _stdout : _stderr;
}
