using System.Buffers.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Processes;

/// <summary>What a process has open.</summary>
/// <param name="Files">Descriptors, sockets among them.</param>
public readonly record struct OpenFiles(ulong Files, ulong Sockets)
{
    private const int LimitsFileBytes = 8 * 1024;

    /// <returns>Null: the process has gone.</returns>
    public static OpenFiles? TryCount(int pid)
    {
        try
        {
            using var folder = HostPath.TryOpen($"/proc/{pid}/fd", OpenFlags.ReadOnly | OpenFlags.Directory);
            if (folder is null)
            {
                return null;
            }

            var names = DirectoryListing.Read(folder);
            ulong sockets = 0;
            foreach (var name in names)
            {
                sockets += IsSocket(folder, name.Name) ? 1UL : 0;
            }

            return new OpenFiles((ulong)names.Count, sockets);
        }
        catch (IOException)
        {
            // ESRCH: it has gone since.
            return null;
        }
    }

    /// <summary>How many descriptors a process may have, by its soft limit. proc_pid_limits(5)</summary>
    /// <returns>Null: it has no limit, or has gone.</returns>
    public static ulong? TryReadSoftLimit(int pid) =>
        ProcFile.TryRead($"/proc/{pid}/limits", LimitsFileBytes) is { } limits ? SoftLimit(limits) : null;

    /// <summary>"Max open files            1024                 524288               files "</summary>
    internal static ulong? SoftLimit(ReadOnlySpan<byte> limits)
    {
        foreach (var range in limits.Split((byte)'\n'))
        {
            var line = limits[range];
            if (line.StartsWith("Max open files "u8))
            {
                return Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out ulong limit, out _) ? limit : null;
            }
        }

        return null;
    }

    // "socket:[12345]"; the beginning is enough, so a long path is not copied.
    private static unsafe bool IsSocket(SafeFileHandle folder, byte[] name)
    {
        var kind = "socket:"u8;
        var text = stackalloc byte[kind.Length];
        fixed (byte* path = (UnixPath)name)
        {
            var length = Libc.readlinkat(folder, path, text, (nuint)kind.Length);
            return length == kind.Length && new ReadOnlySpan<byte>(text, kind.Length).SequenceEqual(kind);
        }
    }
}
