using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// One of the container's output streams on its way to the log: split into lines, and long lines into parts, as containerd does.
/// A last line without its newline is kept, as a partial one.
/// </summary>
internal sealed class OutputStream : IDisposable
{
    private const int ReadBytes = 32 * 1024;

    private readonly SafeFileHandle _source;
    private readonly LogStream _name;
    private readonly ContainerLog _log;
    private readonly int _lineLimit;
    private readonly byte[] _shared;
    private byte[] _rest = [];
    private int _restLength;
    private int _readAt;
    private int _readLength;

    /// <param name="source">Non-blocking read end of a pipe, or master of a terminal; owned from now on.</param>
    /// <param name="shared">From <see cref="MakeSharedBuffer"/>; used only within calls, so all streams of one thread may have the same.</param>
    public OutputStream(SafeFileHandle source, LogStream name, ContainerLog log, int lineLimit, byte[] shared)
    {
        _source = source;
        _name = name;
        _log = log;
        _lineLimit = lineLimit;
        _shared = shared;
    }

    public SafeFileHandle Source => _source;

    public LogStream Name => _name;

    public bool HasEnded { get; private set; }

    /// <summary>What the last <see cref="ReadOnce"/> of a count has read; good until the next of any stream that has the same buffer.</summary>
    public ReadOnlySpan<byte> LastRead => _shared.AsSpan(_readAt, _readLength);

    public static byte[] MakeSharedBuffer(int lineLimit) => GC.AllocateUninitializedArray<byte>(lineLimit + ReadBytes);

    /// <summary>Reads once and logs it.</summary>
    /// <returns>Bytes read; 0: nothing is there, or the stream has ended.</returns>
    public int ReadOnce()
    {
        _rest.AsSpan(0, _restLength).CopyTo(_shared);
        var count = DescriptorTransfer.Read(_source, _shared.AsSpan(_restLength, ReadBytes));
        if (count == -Errno.EAGAIN)
        {
            return 0;
        }

        // A terminal whose other side is closed answers EIO.
        if (count <= 0)
        {
            LogRest();
            return 0;
        }

        (_readAt, _readLength) = (_restLength, count);
        _log.SetTime();
        Split(_shared.AsSpan(0, _restLength + count), _restLength);
        _log.Flush();
        return count;
    }

    /// <summary>Logs the line begun, which will not be finished.</summary>
    public void LogRest()
    {
        HasEnded = true;
        if (_restLength > 0)
        {
            _log.SetTime();
            _log.Append(_name, _rest.AsSpan(0, _restLength), partial: true);
            _log.Flush();
            _restLength = 0;
        }
    }

    public void Dispose() => _source.Dispose();

    /// <param name="bytes">What was left over the last time, and what came now.</param>
    /// <param name="known">So many of them have no newline.</param>
    private void Split(Span<byte> bytes, int known)
    {
        int newline;
        while ((newline = bytes[known..].IndexOf((byte)'\n')) >= 0)
        {
            var end = known + newline;
            var line = LogParts(bytes[..end]);
            _log.Append(_name, line, partial: false);
            bytes = bytes[(end + 1)..];
            known = 0;
        }

        KeepRest(LogParts(bytes));
    }

    private Span<byte> LogParts(Span<byte> line)
    {
        while (line.Length > _lineLimit)
        {
            _log.Append(_name, line[.._lineLimit], partial: true);
            line = line[_lineLimit..];
        }

        return line;
    }

    // Grows to the longest rest ever seen, at most the line limit: most streams never need much.
    private void KeepRest(Span<byte> rest)
    {
        if (rest.Length > _rest.Length)
        {
            _rest = new byte[Math.Min(_lineLimit, Math.Max(256, rest.Length * 2))];
        }

        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }
}
