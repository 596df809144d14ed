using CriSharp.Linux;
using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>One client's part in the container's input.</summary>
internal sealed class InputSource(SafeFileHandle pipe)
{
    public SafeFileHandle Pipe { get; } = pipe;

    /// <summary>Its client has gone: it ends where a read would wait, also when somebody else still has its other end.</summary>
    public bool IsAbandoned { get; set; }
}

/// <summary>
/// Carries what clients type to the container. One chunk is under way at a time; while the container does not take it, no client is read,
/// so each waits at its own pipe.
/// </summary>
/// <param name="sink">Non-blocking.</param>
/// <param name="closesWithFirst">It is closed when the first client ends its input or goes (stdin_once).</param>
internal sealed class ContainerInput(MonitorLoop loop, SafeFileHandle sink, bool closesWithFirst) : IDisposable
{
    private const int ChunkBytes = 16 * 1024;

    private readonly List<InputSource> _sources = [];
    private byte[] _chunk = [];
    private int _at;
    private int _end;
    private bool _endsAfterChunk;

    private bool IsBlocked => _at < _end;

    /// <param name="pipe">Non-blocking; closed here.</param>
    /// <returns>Null: nothing is taken any more.</returns>
    public InputSource? Add(SafeFileHandle pipe)
    {
        if (sink.IsClosed || _endsAfterChunk)
        {
            pipe.Dispose();
            return null;
        }

        _chunk = _chunk.Length == 0 ? GC.AllocateUninitializedArray<byte>(ChunkBytes) : _chunk;
        var source = new InputSource(pipe);
        _sources.Add(source);
        loop.Poll.Add(pipe, PollEvents.Readable, _ => Take(source));
        if (IsBlocked)
        {
            loop.Poll.Pause(pipe);
        }

        return source;
    }

    /// <summary>Its client has gone; what lies in the pipe is still taken.</summary>
    public void Abandon(InputSource source)
    {
        source.IsAbandoned = true;
        Take(source);
    }

    /// <summary>Takes nothing any more.</summary>
    public void Dispose()
    {
        for (var i = _sources.Count - 1; i >= 0; i--)
        {
            Close(_sources[i]);
        }

        loop.Poll.Remove(sink);
        sink.Dispose();
        _at = _end = 0;
    }

    private void Take(InputSource source)
    {
        while (!IsBlocked && _sources.Contains(source))
        {
            var count = DescriptorTransfer.Read(source.Pipe, _chunk);
            if (count == -Errno.EAGAIN && !source.IsAbandoned)
            {
                return;
            }

            if (count <= 0)
            {
                End(source);
                return;
            }

            (_at, _end) = (0, count);
            Pass();
            if (!source.IsAbandoned)
            {
                // The others, and the container's output, have their turn.
                return;
            }
        }
    }

    private void Pass()
    {
        if (TryPass())
        {
            return;
        }

        for (var i = 0; i < _sources.Count; i++)
        {
            loop.Poll.Pause(_sources[i].Pipe);
        }

        loop.Poll.Add(sink, PollEvents.Writable, PassOn);
    }

    private void PassOn(PollEvents events)
    {
        if (!TryPass())
        {
            if ((events & PollEvents.Writable) == 0)
            {
                // A terminal that is hung up: nobody will ever read it.
                Dispose();
            }

            return;
        }

        loop.Poll.Remove(sink);
        for (var i = _sources.Count - 1; i >= 0; i--)
        {
            loop.Poll.Resume(_sources[i].Pipe);
        }

        if (_endsAfterChunk)
        {
            Dispose();
            return;
        }

        for (var i = _sources.Count - 1; i >= 0 && !IsBlocked; i--)
        {
            if (i < _sources.Count && _sources[i].IsAbandoned)
            {
                Take(_sources[i]);
            }
        }
    }

    /// <returns>False: the container does not take it all now.</returns>
    private bool TryPass()
    {
        while (IsBlocked)
        {
            var count = DescriptorTransfer.Write(sink, _chunk.AsSpan(_at, _end - _at));
            if (count > 0)
            {
                _at += count;
                continue;
            }

            if (count is -Errno.EAGAIN or 0)
            {
                return false;
            }

            // EPIPE: the container has closed its input. Whoever types sees that, too.
            Dispose();
        }

        return true;
    }

    private void End(InputSource source)
    {
        Close(source);
        if (!closesWithFirst)
        {
            return;
        }

        _endsAfterChunk = true;
        if (!IsBlocked)
        {
            Dispose();
        }
    }

    private void Close(InputSource source)
    {
        _sources.Remove(source);
        loop.Poll.Remove(source.Pipe);
        source.Pipe.Dispose();
    }
}
