using System.Text;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Archives;

/// <summary>
/// A tar whose files can be read in any order. It lies on the disk under no name, so nothing of it outlives this object, nor the process.
/// </summary>
public sealed class TarArchive : IDisposable
{
    // A tool that writes links to links writes two.
    private const int LinkDepthLimit = 8;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, ArchiveEntry> _entries;

    internal TarArchive(SafeFileHandle file, Dictionary<string, ArchiveEntry> entries) => (_file, _entries) = (file, entries);

    public bool Contains(string name) => _entries.ContainsKey(KeyOf(name));

    /// <summary>A file's bytes; the caller disposes of the stream, while the archive is there.</summary>
    /// <param name="name">Without a leading slash or "./".</param>
    /// <returns>Null: there is no such file, nor a link to one.</returns>
    /// <exception cref="InvalidDataException">Links that lead in a circle.</exception>
    public Stream? TryOpen(string name) => Find(name) is { } place ? new ArchiveStream(_file, place.Offset, place.Length) : null;

    /// <inheritdoc cref="TryOpen"/>
    /// <returns>In bytes; null: there is no such file.</returns>
    public long? LengthOf(string name) => Find(name)?.Length;

    /// <inheritdoc cref="TryOpen"/>
    /// <exception cref="InvalidDataException">Longer than the limit.</exception>
    public byte[]? TryRead(string name, int limitBytes)
    {
        if (Find(name) is not { } place)
        {
            return null;
        }

        if (place.Length > limitBytes)
        {
            throw new InvalidDataException($"\"{name}\" has {place.Length} bytes, and {limitBytes} is the limit");
        }

        var content = new byte[place.Length];
        using var stream = new ArchiveStream(_file, place.Offset, place.Length);
        stream.ReadExactly(content);
        return content;
    }

    public void Dispose() => _file.Dispose();

    private ArchiveEntry.File? Find(string name)
    {
        var key = KeyOf(name);
        for (var depth = 0; depth <= LinkDepthLimit; depth++)
        {
            switch (_entries.GetValueOrDefault(key))
            {
                case ArchiveEntry.File file:
                    return file;
                case ArchiveEntry.Link link:
                    key = link.Target;
                    break;
                default:
                    return null;
            }
        }

        throw new InvalidDataException($"\"{name}\" is a link among more than {LinkDepthLimit} links");
    }

    private static string KeyOf(string name) => EntryPath.Key(Encoding.UTF8.GetBytes(name));
}

/// <summary>What a name of an archive stands for.</summary>
internal abstract record ArchiveEntry
{
    internal sealed record File(long Offset, long Length) : ArchiveEntry;

    /// <param name="Target">The key of the entry that is meant.</param>
    internal sealed record Link(string Target) : ArchiveEntry;
}
