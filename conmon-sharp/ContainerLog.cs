using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// The container's log in the CRI's format. Lines are gathered in one buffer and written together. What can't be written
/// (disk full) is dropped and counted: a container never waits for its log, and a line tells about the loss once writing works again.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    private const int BufferBytes = 72 * 1024;

    private readonly string? _path;
    private readonly string? _directory;
    private readonly TimeProvider _time;
    private readonly LogPrefix _prefix = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _used;
    private SafeFileHandle? _file;
    private long _untoldLoss;
    private int _lossError;
    private bool _lineIsBroken;

    /// <param name="path">Null: everything is dropped, and that is no loss.</param>
    /// <param name="directory">A folder above it, below which no link is followed; null: only the file itself must be none.</param>
    /// <exception cref="IOException">The file can't be opened, or is not a regular one.</exception>
    public ContainerLog(string? path, TimeProvider time, string? directory = null)
    {
        _path = path;
        _directory = directory;
        _time = time;
        _file = path is null ? null : LogFile.OpenAppend(path, directory);
    }

    /// <summary>Nanoseconds since 1970 UTC, to 100.</summary>
    public long Now => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>Bytes of output that never reached the log.</summary>
    public long LostBytes { get; private set; }

    /// <summary>The time of the lines to come.</summary>
    public void SetTime() => _prefix.SetTime(Now);

    /// <param name="text">At most <see cref="MonitorArguments.MaximumLogLineLimitBytes"/>, without a newline.</param>
    public void Append(LogStream stream, ReadOnlySpan<byte> text, bool partial)
    {
        if (_file is null)
        {
            return;
        }

        var length = LogPrefix.LengthBytes + text.Length + 1;
        if (_buffer.Length - _used < length)
        {
            Flush();
        }

        var line = _buffer.AsSpan(_used, length);
        _prefix.CopyTo(line, stream, partial);
        text.CopyTo(line[LogPrefix.LengthBytes..]);
        line[^1] = (byte)'\n';
        _used += length;
    }

    /// <summary>Writes what is gathered, or drops it.</summary>
    public void Flush()
    {
        if (_used == 0 || _file is null)
        {
            return;
        }

        if (_untoldLoss == 0 || TellLoss())
        {
            Write(_buffer.AsSpan(0, _used));
        }
        else
        {
            Lose(_used, _lossError);
        }

        _used = 0;
    }

    /// <summary>Opens the path anew, after it was renamed by who rotates logs; only then the old file is closed.</summary>
    /// <exception cref="IOException">It can't be opened: the old file stays in use, and no new one was made.</exception>
    public void Reopen()
    {
        Flush();
        if (_path is null)
        {
            return;
        }

        var opened = LogFile.OpenAppend(_path, _directory);
        _file?.Dispose();
        _file = opened;
        _lineIsBroken = false;
    }

    /// <summary>Writes the rest, and tells about a loss not told yet, as far as it can be written.</summary>
    public void Dispose()
    {
        Flush();
        if (_untoldLoss > 0)
        {
            TellLoss();
        }

        _file?.Dispose();
        _file = null;
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        if (_lineIsBroken && !WriteNewline())
        {
            Lose(lines.Length, _lossError);
            return;
        }

        while (!lines.IsEmpty)
        {
            var count = DescriptorTransfer.Write(_file!, lines);
            if (count <= 0)
            {
                Lose(lines.Length, -count);
                return;
            }

            _lineIsBroken = lines[count - 1] != (byte)'\n';
            lines = lines[count..];
        }
    }

    private bool WriteNewline()
    {
        var count = DescriptorTransfer.Write(_file!, "\n"u8);
        _lineIsBroken = count != 1;
        return !_lineIsBroken;
    }

    private void Lose(int bytes, int error)
    {
        LostBytes += bytes;
        _untoldLoss += bytes;
        _lossError = error == 0 ? Errno.ENOSPC : error;
    }

    // Allocates, but only when a loss ends.
    private bool TellLoss()
    {
        if (_lineIsBroken && !WriteNewline())
        {
            return false;
        }

        var text = Encoding.UTF8.GetBytes($"crisharp: {_untoldLoss} bytes of the log were lost here: it could not be written (errno {_lossError})\n");
        var line = new byte[LogPrefix.LengthBytes + text.Length];
        SetTime();
        _prefix.CopyTo(line, LogStream.Stderr, partial: false);
        text.CopyTo(line, LogPrefix.LengthBytes);
        var count = DescriptorTransfer.Write(_file!, line);
        _lineIsBroken = count > 0 && count < line.Length;
        if (count != line.Length)
        {
            return false;
        }

        _untoldLoss = 0;
        return true;
    }
}
