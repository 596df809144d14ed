using System.Security.Cryptography;
using System.Text;

namespace CriSharp.TestSupport.Power;

/// <summary>A whole tree in one text: names, kinds, modes, sizes, link targets and contents.</summary>
public static class TreeDigest
{
    public static string Of(string folder)
    {
        var lines = new StringBuilder();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            lines.Append(Path.GetRelativePath(folder, entry.FullName)).Append('\t').Append(Describe(entry)).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    private static string Describe(FileSystemInfo entry)
    {
        if (entry.LinkTarget is { } target)
        {
            return $"link to {target}";
        }

        var mode = Convert.ToString((int)entry.UnixFileMode, 8);
        if (entry is not FileInfo file)
        {
            return $"folder {mode}";
        }

        using var content = file.OpenRead();
        return $"file {mode} {file.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}";
    }
}
