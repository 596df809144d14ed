using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Container logs lie in folders that others can reach: what is opened must be a regular file, not a link or a device put in its place.</summary>
public static class LogFile
{
    /// <summary>Opens for appending, made with the given mode when missing. Never follows a link in the last component.</summary>
    /// <exception cref="IOException">Something else than a regular file has that name.</exception>
    public static SafeFileHandle OpenAppend(string path, int mode = Permissions.GroupReadableFile)
    {
        const OpenFlags flags = OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal;
        return RequireRegular(HostPath.Open(path, flags, mode), path);
    }

    /// <summary>Opens for reading by the same rules.</summary>
    /// <exception cref="IOException">Something else than a regular file has that name.</exception>
    public static SafeFileHandle OpenRead(string path) =>
        RequireRegular(HostPath.Open(path, OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal), path);

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
