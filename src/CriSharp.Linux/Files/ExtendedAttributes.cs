using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>
/// Extended attributes of a name inside an open folder, never through a link. The kernel has no *at calls for them before 6.13,
/// so the path goes through /proc/self/fd, whose last component the l*xattr calls don't follow.
/// </summary>
public static unsafe class ExtendedAttributes
{
    /// <summary>Largest value that Linux allows, XATTR_SIZE_MAX.</summary>
    public const int ValueLimitBytes = 65536;

    // XATTR_LIST_MAX
    private const int ListLimitBytes = 65536;

    public static void Set(SafeFileHandle directory, UnixPath name, UnixPath attribute, ReadOnlySpan<byte> value)
    {
        using var place = new Place(directory, name);
        fixed (byte* path = place.Path, key = attribute, start = value)
        {
            LinuxException.ThrowIfFailed(Libc.lsetxattr(path, key, start, (nuint)value.Length, flags: 0), "lsetxattr", attribute.ToString());
        }
    }

    public static void Set(SafeFileHandle file, UnixPath attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* key = attribute, start = value)
        {
            LinuxException.ThrowIfFailed(Libc.fsetxattr(file, key, start, (nuint)value.Length, flags: 0), "fsetxattr", attribute.ToString());
        }
    }

    /// <returns>null when the entry has no such attribute or its file system knows none.</returns>
    public static byte[]? TryGet(SafeFileHandle directory, UnixPath name, UnixPath attribute)
    {
        using var place = new Place(directory, name);
        var buffer = new byte[256];
        while (true)
        {
            nint length;
            fixed (byte* path = place.Path, key = attribute, start = buffer)
            {
                length = Libc.lgetxattr(path, key, start, (nuint)buffer.Length);
            }

            if (length >= 0)
            {
                return buffer[..(int)length];
            }

            var failure = LinuxException.Last("lgetxattr", attribute.ToString());
            switch (failure.ErrorNumber)
            {
                case Errno.ENODATA or Errno.EOPNOTSUPP:
                    return null;
                case Errno.ERANGE when buffer.Length < ValueLimitBytes:
                    buffer = new byte[ValueLimitBytes];
                    break;
                default:
                    throw failure;
            }
        }
    }

    /// <returns>Names as bytes: they need not be UTF-8.</returns>
    public static IReadOnlyList<byte[]> List(SafeFileHandle directory, UnixPath name)
    {
        using var place = new Place(directory, name);
        var buffer = new byte[256];
        nint length;
        while ((length = List(place, buffer)) < 0)
        {
            var failure = LinuxException.Last("llistxattr", name.ToString());
            switch (failure.ErrorNumber)
            {
                case Errno.EOPNOTSUPP:
                    return [];
                case Errno.ERANGE when buffer.Length < ListLimitBytes:
                    buffer = new byte[ListLimitBytes];
                    break;
                default:
                    throw failure;
            }
        }

        var names = new List<byte[]>();
        ReadOnlySpan<byte> list = buffer.AsSpan(0, (int)length);
        foreach (var part in list.Split((byte)0))
        {
            if (!list[part].IsEmpty)
            {
                names.Add(list[part].ToArray());
            }
        }

        return names;
    }

    public static void Remove(SafeFileHandle directory, UnixPath name, UnixPath attribute)
    {
        using var place = new Place(directory, name);
        fixed (byte* path = place.Path, key = attribute)
        {
            LinuxException.ThrowIfFailed(Libc.lremovexattr(path, key), "lremovexattr", attribute.ToString());
        }
    }

    private static nint List(in Place place, byte[] buffer)
    {
        fixed (byte* path = place.Path, start = buffer)
        {
            return Libc.llistxattr(path, start, (nuint)buffer.Length);
        }
    }

    /// <summary>/proc/self/fd/N/name, with N kept open meanwhile.</summary>
    private readonly ref struct Place : IDisposable
    {
        private readonly SafeFileHandle _directory;
        private readonly bool _held;

        public Place(SafeFileHandle directory, UnixPath name)
        {
            // "." stands for the folder itself: not a link, so it is safe.
            if (!name.Text.SequenceEqual("."u8))
            {
                FileAt.RequireName(name);
            }

            directory.DangerousAddRef(ref _held);
            _directory = directory;
            var prefix = Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.DangerousGetHandle()}/");
            Path = new byte[prefix.Length + name.Text.Length + 1];
            prefix.CopyTo(Path, 0);
            name.Text.CopyTo(Path.AsSpan(prefix.Length));
        }

        public byte[] Path { get; }

        public void Dispose()
        {
            if (_held)
            {
                _directory.DangerousRelease();
            }
        }
    }
}
