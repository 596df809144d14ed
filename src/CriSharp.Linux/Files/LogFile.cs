using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Container logs lie in folders that others can reach: what is opened must be a regular file, not a link or a device put in its place.</summary>
public static class LogFile
{
    private const OpenFlags Always = OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal;

    /// <summary>Opens for appending, made with the mode 0640 when missing. Never follows a link in the last component.</summary>
    /// <param name="directory">A folder above the file: below it no link is followed, nor another mount. Null: only the file itself must be none.</param>
    /// <exception cref="IOException">Something else than a regular file has that name, or a link is on the way.</exception>
    public static SafeFileHandle OpenAppend(string path, string? directory = null) =>
        Open(path, directory, Always | OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, Permissions.GroupReadableFile);

    /// <summary>Opens for reading by the same rules.</summary>
    /// <inheritdoc cref="OpenAppend"/>
    public static SafeFileHandle OpenRead(string path, string? directory = null) => Open(path, directory, Always, 0);

    private static SafeFileHandle Open(string path, string? directory, OpenFlags flags, int mode)
    {
        if (directory is null)
        {
            return RequireRegular(HostPath.Open(path, flags, mode), path);
        }

        using var tree = DirectoryTree.Open(directory, PathResolution.Strict);
        return RequireRegular(tree.OpenFile(Path.GetRelativePath(directory, path), flags, mode), path);
    }

    private static SafeFileHandle RequireRegular(SafeFileHandle file, string path)
    {
        var kind = FileDescriptor.Stat(file).Kind;
        if (kind == FileKind.Regular)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"{path} is not a regular file but {kind}");
    }
}
