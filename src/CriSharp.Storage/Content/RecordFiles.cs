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

    /// <summary>In the order of their names; what a crash left half written is removed on the way.</summary>
    public IEnumerable<FileInfo> List()
    {
        foreach (var file in new DirectoryInfo(Path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).ToList())
        {
            if (DurableFile.IsTemporary(file.Name))
            {
                DurableFile.Remove(file.FullName);
                continue;
            }

            yield return file;
        }
    }

    public void Write(string name, ReadOnlySpan<byte> content) => DurableFile.Replace(PathOf(name), content);

    /// <summary>Idempotent.</summary>
    public void Remove(string name) => DurableFile.Remove(PathOf(name));

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);
}
