using CriSharp.Linux.Files;

namespace CriSharp.Storage.Content;

/// <summary>A folder of small records, one file each, closed to everyone but root. Each is replaced whole and durable before the call returns.</summary>
public sealed class RecordFiles
{
    /// <param name="path">Made where it is absent.</param>
    public RecordFiles(string path)
    {
        Path = path;
        HostPath.MakeDirectories(path, Permissions.PrivateFolder);
    }

    public string Path { get; }

    /// <summary>The names of all that lies there, in order, whatever it is; what a crash left half written is removed on the way.</summary>
    public IEnumerable<string> List()
    {
        foreach (var name in Directory.EnumerateFileSystemEntries(Path).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList())
        {
            if (DurableFile.IsTemporary(name))
            {
                DurableFile.Remove(PathOf(name));
                continue;
            }

            yield return name;
        }
    }

    /// <param name="json">Gets its checksum here.</param>
    public void Write(string name, ReadOnlySpan<byte> json) => RecordFile.Write(PathOf(name), json);

    /// <param name="newestVersion">A later one is refused.</param>
    /// <exception cref="IOException">No such file, none that is regular, or longer than the limit.</exception>
    /// <exception cref="FormatException">The checksum does not fit, or the version is none that can be read.</exception>
    public T Read<T>(string name, int limitBytes, int newestVersion, Func<byte[], T> deserialize, Func<T, int> versionOf)
    {
        var content = RecordFile.TryRead(PathOf(name), limitBytes) ?? throw new FileNotFoundException($"{PathOf(name)} is not there");
        var document = deserialize(content.Json);
        content.RequireVersion(versionOf(document), newestVersion);
        return document;
    }

    /// <summary>Idempotent.</summary>
    public void Remove(string name) => DurableFile.Remove(PathOf(name));

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);
}
