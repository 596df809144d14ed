using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>Makes a tree of all that a Linux file system knows, within what one archive format can hold.</summary>
internal sealed class RandomTree(Random random, ArchiveFormat format) : IDisposable
{
    private const long MostSecondsAfter1970 = 7_000_000_000;
    private static readonly byte[][] OddNames =
    [
        "a b"u8.ToArray(), "-rf"u8.ToArray(), "\"'\\"u8.ToArray(), "new\nline"u8.ToArray(), "tab\t"u8.ToArray(), "\u00e9\u4e2d\U0001f600"u8.ToArray(),
        [0xff, 0xfe], [(byte)'x', 0xc3], [0xed, 0xa0, 0x80], "..."u8.ToArray(), ".wh"u8.ToArray(), "%41=b"u8.ToArray(), "..a"u8.ToArray(), " "u8.ToArray(), "*?[]"u8.ToArray(), [0x7f, 0x01],
    ];

    private readonly List<byte[]> _folders = [[]];
    private readonly List<byte[]> _linkable = [];
    private readonly HashSet<string> _names = [];
    private DirectoryTree _tree = null!;

    /// <param name="folder">Empty.</param>
    public void Make(string folder, int entries)
    {
        _tree = DirectoryTree.Open(folder, PathResolution.Strict);
        for (var i = 0; i < entries; i++)
        {
            if (NewPath() is { } path)
            {
                MakeEntry(path);
            }
        }

        // Deepest first, since what is made in a folder moves its time.
        foreach (var path in Enumerable.Reverse(_folders))
        {
            if (path.Length > 0)
            {
                Decorate(path, FileKind.Directory);
            }
        }

        FileDescriptor.Chown(_tree.Root, Account(), Account());
        FileDescriptor.Chmod(_tree.Root, random.Next(0x1000));
        FileDescriptor.SetTimes(_tree.Root, Time());
    }

    public void Dispose() => _tree?.Dispose();

    private void MakeEntry(byte[] path)
    {
        switch (random.Next(20))
        {
            case < 6:
                _tree.MakeDirectory(path, Permissions.PrivateFolder);
                _folders.Add(path);
                return;
            case < 12:
                WriteFile(path);
                Finish(path, FileKind.Regular);
                return;
            case < 14 when _linkable.Count > 0 && path.Length < format.LinkLimit:
                _tree.HardLink(_linkable[random.Next(_linkable.Count)], path);
                return;
            case < 17:
                _tree.Symlink(path, LinkTarget());
                Finish(path, FileKind.SymbolicLink);
                return;
            default:
                MakeNode(path);
                return;
        }
    }

    private void MakeNode(byte[] path)
    {
        if (!format.HasNodes)
        {
            return;
        }

        FileKind[] kinds = [FileKind.Fifo, FileKind.CharacterDevice, FileKind.BlockDevice];
        var kind = kinds[random.Next(kinds.Length)];
        // 0:0 would be a whiteout.
        _tree.MakeNode(path, kind, Permissions.PrivateFile, kind == FileKind.Fifo ? 0 : (uint)random.Next(1, 4096), kind == FileKind.Fifo ? 0 : (uint)random.Next((int)format.NodeLimit));
        Finish(path, kind);
    }

    private void Finish(byte[] path, FileKind kind)
    {
        Decorate(path, kind);
        // The archivers write a device or a pipe with two names as two.
        if (path.Length < format.LinkLimit && (kind is FileKind.Regular or FileKind.SymbolicLink))
        {
            _linkable.Add(path);
        }
    }

    /// <summary>As an unpacker has to: an owner takes setuid away, and a mode after the ACL changes it.</summary>
    private void Decorate(byte[] path, FileKind kind)
    {
        _tree.Chown(path, Account(), Account());
        if (kind != FileKind.SymbolicLink)
        {
            int[] plain = [0x1ED, 0x1A4, 0x1C0, 0x140, 0];
            _tree.Chmod(path, random.Next(3) > 0 ? plain[random.Next(plain.Length)] : random.Next(0x1000));
        }

        if (format.HasAttributes && random.Next(3) == 0)
        {
            SetAttributes(path, kind);
        }

        _tree.SetTimes(path, Time());
    }

    private void SetAttributes(byte[] path, FileKind kind)
    {
        if (kind is FileKind.Regular or FileKind.Directory)
        {
            _tree.SetAttribute(path, "user.text", Encoding.UTF8.GetBytes($"value {random.Next()}"));
            _tree.SetAttribute(path, "user.binary", Bytes(random.Next(1200)));
            _tree.SetAttribute(path, "user.empty", []);
            if (format.HasOddAttributeNames)
            {
                _tree.SetAttribute(path, "user.\u0444 \u4e2d", "\n=\0"u8);
                _tree.SetAttribute(path, (byte[])[.. "user."u8, 0xff], "x"u8);
            }
        }

        _tree.SetAttribute(path, "trusted.ours", Bytes(random.Next(20)));
        if (kind == FileKind.Regular)
        {
            _tree.SetAttribute(path, "security.capability", Capability());
        }

        if (kind == FileKind.Directory && format.HasAcls)
        {
            // Version 2; owner rwx, group r-x, others r-x: https://man7.org/linux/man-pages/man5/acl.5.html
            _tree.SetAttribute(path, "system.posix_acl_default", [2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 4, 0, 5, 0, 255, 255, 255, 255, 32, 0, 5, 0, 255, 255, 255, 255]);
        }
    }

    /// <summary>Version 2, or version 3, which has the id of a user namespace's root at its end.</summary>
    private byte[] Capability()
    {
        var isNamespaced = random.Next(2) == 0;
        byte[] value = [(byte)random.Next(2), 0, 0, (byte)(isNamespaced ? 3 : 2), .. Bytes(16)];
        return isNamespaced ? [.. value, 0x40, 0x42, 0x0f, 0] : value;
    }

    private void WriteFile(byte[] path)
    {
        using var file = _tree.CreateFile(path, Permissions.PrivateFile);
        switch (random.Next(8))
        {
            case 0:
                return;
            case 1:
                FileDescriptor.WriteAll(file, Bytes(random.Next(200_000, 900_000)));
                return;
            case < 4:
                var size = random.NextInt64(1, 4 << 20);
                for (var pieces = random.Next(40); pieces > 0; pieces--)
                {
                    FileDescriptor.WriteAllAt(file, Bytes(random.Next(1, 5000)), random.NextInt64(size));
                }

                FileDescriptor.SetLength(file, size);
                return;
            default:
                FileDescriptor.WriteAll(file, Bytes(random.Next(0, 3) * 512 + random.Next(3)));
                return;
        }
    }

    private byte[]? NewPath()
    {
        var parent = _folders[random.Next(_folders.Count)];
        var name = NewName();
        byte[] path = parent.Length == 0 ? name : [.. parent, (byte)'/', .. name];
        return path.Length <= format.PathLimit && _names.Add(Encoding.Latin1.GetString(path)) ? path : null;
    }

    private byte[] NewName()
    {
        var plain = Encoding.ASCII.GetBytes($"n{random.Next(1000)}");
        return random.Next(8) switch
        {
            0 => OddNames[random.Next(OddNames.Length)],
            1 => [.. plain, .. Enumerable.Repeat((byte)'o', random.Next(format.NameLimit - plain.Length + 1))],
            _ => plain,
        };
    }

    private byte[] LinkTarget() => random.Next(4) switch
    {
        0 => [.. "/"u8, .. _folders[random.Next(_folders.Count)].Take(format.LinkLimit - 1)],
        1 => [.. "../../"u8, .. Enumerable.Repeat((byte)'t', random.Next(format.LinkLimit - 6))],
        2 => OddNames[random.Next(OddNames.Length)],
        _ => "."u8.ToArray(),
    };

    private uint Account() => random.Next(4) switch
    {
        0 => (uint)random.NextInt64(format.AccountLimit + 1L),
        1 => (uint)random.Next(70_000),
        _ => 0,
    };

    private FileTime Time()
    {
        var seconds = format.HasOldTimes ? random.NextInt64(-2_000_000_000, MostSecondsAfter1970) : random.NextInt64(MostSecondsAfter1970);
        var isWhole = random.Next(2) == 0 || (seconds < 0 && !format.HasOldNanoseconds);
        return new FileTime(seconds, isWhole ? 0 : (uint)random.Next(1_000_000_000));
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
