using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>The first names of files that have several, as long as not all of them have been met.</summary>
internal sealed class LinkedFiles
{
    private const long LimitBytes = 128L << 20;
    private const int CostBytes = 100;

    private readonly Dictionary<ulong, (byte[] Name, uint Left)> _files = [];
    private long _bytes;

    /// <returns>Null: this name is the first, or the only one.</returns>
    /// <exception cref="InvalidDataException">More such files than there is memory for.</exception>
    public byte[]? FirstNameOf(in FileStatus status, byte[] path)
    {
        if (status.LinkCount < 2)
        {
            return null;
        }

        if (!_files.TryGetValue(status.Inode, out var file))
        {
            _bytes += path.Length + CostBytes;
            _files[status.Inode] = _bytes <= LimitBytes
                ? (path, status.LinkCount - 1)
                : throw new InvalidDataException($"files with several names need more than the {LimitBytes} bytes of memory allowed");
            return null;
        }

        if (file.Left > 1)
        {
            _files[status.Inode] = file with { Left = file.Left - 1 };
            return file.Name;
        }

        _files.Remove(status.Inode);
        _bytes -= file.Name.Length + CostBytes;
        return file.Name;
    }
}
