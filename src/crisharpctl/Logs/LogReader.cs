using CriSharp.Linux.Files;
using CriSharp.Primitives;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Ctl.Logs;

/// <summary>Reads a container's log file from where it stopped the last time, also over a rotation.</summary>
internal sealed class LogReader(string path, LogPrinter printer) : IDisposable
{
    private const int BlockBytes = 64 * 1024;

    // The monitor splits lines at 16 KiB; a longer one was written by somebody else and is shown in pieces.
    private const int LineLimitBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[LineLimitBytes];
    private FileStream? _file;
    private int _held;

    /// <param name="tail">How many of the last lines to begin with; null: all.</param>
    /// <exception cref="RuntimeException">NotFound: there is no log.</exception>
    public void Open(int? tail)
    {
        if (!TryOpen())
        {
            throw new RuntimeException(ErrorKind.NotFound, $"there is no log {path}: was it removed, or written on another machine?");
        }

        if (tail is { } lines)
        {
            _file!.Position = StartOfTail(_file, lines);
        }
    }

    /// <summary>Opens the log if it is there by now.</summary>
    public bool TryOpen()
    {
        if (_file is not null)
        {
            return true;
        }

        try
        {
            _file = OpenPath();
            return true;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Prints every whole line that is there; a last one without its newline waits for the next call.</summary>
    /// <returns>Whether anything came.</returns>
    public async Task<bool> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var any = await ReadFileAsync(cancellationToken);
        while (IsRotated())
        {
            // What was written between the last read and the rotation; then the new one begins.
            any |= await ReadFileAsync(cancellationToken);
            Close();
            any |= await ReadFileAsync(cancellationToken);
        }

        printer.Flush();
        return any;
    }

    public void Dispose() => _file?.Dispose();

    private async Task<bool> ReadFileAsync(CancellationToken cancellationToken)
    {
        if (!TryOpen())
        {
            return false;
        }

        var any = false;
        int count;
        while ((count = await _file!.ReadAsync(_buffer.AsMemory(_held), cancellationToken)) > 0)
        {
            any = true;
            _held += count;
            PrintWholeLines();
        }

        return any;
    }

    private void PrintWholeLines()
    {
        var start = 0;
        int length;
        while ((length = _buffer.AsSpan(start, _held - start).IndexOf((byte)'\n')) >= 0)
        {
            printer.Print(_buffer.AsSpan(start, length + 1));
            start += length + 1;
        }

        if (start == 0 && _held == _buffer.Length)
        {
            printer.Print(_buffer);
            start = _held;
        }

        _buffer.AsSpan(start, _held - start).CopyTo(_buffer);
        _held -= start;
    }

    /// <summary>Whether the path names another file by now. The names tell nothing: links may lead to the one that is open.</summary>
    private bool IsRotated()
    {
        if (_file is null)
        {
            return false;
        }

        try
        {
            using var now = OpenPath();
            return IdentityOf(now.SafeFileHandle) != IdentityOf(_file.SafeFileHandle);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static ((uint Major, uint Minor) Device, ulong Inode) IdentityOf(SafeFileHandle file)
    {
        var status = FileDescriptor.Stat(file);
        return (status.Device, status.Inode);
    }

    private FileStream OpenPath() => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Close()
    {
        _file?.Dispose();
        _file = null;
        _held = 0;
    }

    /// <summary>Looks for newlines from the end, a block at a time.</summary>
    internal static long StartOfTail(Stream file, int lines)
    {
        var block = new byte[BlockBytes];
        var position = file.Length;
        if (position == 0)
        {
            return 0;
        }

        file.Position = position - 1;
        // The newline that ends the last line begins no other one.
        var missing = file.ReadByte() == '\n' ? lines + 1L : lines;
        if (missing == 0)
        {
            return position;
        }

        while (position > 0)
        {
            var size = (int)Math.Min(BlockBytes, position);
            position -= size;
            file.Position = position;
            file.ReadExactly(block, 0, size);
            for (var at = size - 1; at >= 0; at--)
            {
                if (block[at] == '\n' && --missing == 0)
                {
                    return position + at + 1;
                }
            }
        }

        return 0;
    }
}
