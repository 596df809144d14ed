using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>One entry of a folder. The name is bytes: it need not be UTF-8.</summary>
/// <param name="Kind"><see cref="FileKind.Unknown"/> where the file system does not say.</param>
public sealed record DirectoryEntry(byte[] Name, FileKind Kind)
{
    public string NameText => Encoding.UTF8.GetString(Name);
}

/// <summary>getdents64(2), without "." and "..".</summary>
public static unsafe class DirectoryListing
{
    public const int DefaultLimitEntries = 1_000_000;
    private const int BufferBytes = 32 * 1024;

    /// <exception cref="IOException">More entries than the limit.</exception>
    public static IReadOnlyList<DirectoryEntry> Read(SafeFileHandle directory, int limitEntries = DefaultLimitEntries)
    {
        var entries = new List<DirectoryEntry>();
        while (ReadSome(directory, entries))
        {
            if (entries.Count > limitEntries)
            {
                throw new IOException($"a folder holds more than the {limitEntries} entries allowed");
            }
        }

        return entries;
    }

    /// <summary>Adds the next entries (one buffer full) to the list.</summary>
    /// <returns>false at the end of the folder.</returns>
    internal static bool ReadSome(SafeFileHandle directory, List<DirectoryEntry> entries)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            nint count;
            fixed (byte* start = buffer)
            {
                count = Libc.getdents64(directory, start, BufferBytes);
            }

            LinuxException.ThrowIfFailed(count, "getdents64");
            Parse(buffer.AsSpan(0, (int)count), entries);
            return count > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // struct linux_dirent64 { u64 d_ino; s64 d_off; u16 d_reclen; u8 d_type; char d_name[]; }
    private static void Parse(ReadOnlySpan<byte> records, List<DirectoryEntry> entries)
    {
        while (!records.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            var name = records[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(new DirectoryEntry(name.ToArray(), (FileKind)records[18]));
            }

            records = records[length..];
        }
    }
}
