namespace CriSharp.Toml;

/// <summary>Configuration files on disk, with their folders of drop-ins.</summary>
public static class TomlFile
{
    /// <returns>The file, then the *.conf of the folder PATH.d in the order of their names; none of them need be there.</returns>
    public static IReadOnlyList<string> WithDropIns(string path)
    {
        var files = File.Exists(path) ? [path] : new List<string>();
        if (Directory.Exists($"{path}.d"))
        {
            files.AddRange(Directory.GetFiles($"{path}.d", "*.conf").Order(StringComparer.Ordinal));
        }

        return files;
    }

    /// <exception cref="TomlException">What is wrong, and where; also a file of more than <see cref="TomlDocument.LimitBytes"/>.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static TomlTable Read(string path)
    {
        using var stream = File.OpenRead(path);

        // One byte too many is enough for the reader to say so.
        var content = new byte[Math.Min(stream.Length, TomlDocument.LimitBytes + 1)];
        stream.ReadExactly(content);
        return TomlDocument.Parse(content, path);
    }
}
