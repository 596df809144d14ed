using System.Text;

namespace CriSharp.Linux.Files;

/// <summary>
/// A path as the kernel takes it: bytes that end with NUL. Names on disk need not be UTF-8, so paths from archives and listings stay bytes;
/// a string converts by itself.
/// </summary>
public readonly ref struct UnixPath
{
    private readonly ReadOnlySpan<byte> _terminated;

    /// <param name="text">Without the final NUL; copied.</param>
    /// <exception cref="ArgumentException">The text is empty or holds a NUL byte.</exception>
    public UnixPath(ReadOnlySpan<byte> text)
    {
        var terminated = new byte[text.Length + 1];
        text.CopyTo(terminated);
        _terminated = Checked(terminated);
    }

    private UnixPath(ReadOnlySpan<byte> terminated, bool isChecked) => _terminated = isChecked ? terminated : Checked(terminated);

    /// <summary>".", the folder itself.</summary>
    public static UnixPath Here => new(".\0"u8, isChecked: true);

    /// <summary>The path without its NUL.</summary>
    public ReadOnlySpan<byte> Text => _terminated[..^1];

    /// <summary>Whether this is a name inside one folder: no slash, not "." and not "..".</summary>
    public bool IsName => !Text.Contains((byte)'/') && !Text.SequenceEqual("."u8) && !Text.SequenceEqual(".."u8);

    public static implicit operator UnixPath(string text) => FromString(text);

    public static implicit operator UnixPath(byte[] text) => new(text.AsSpan());

    public static UnixPath FromString(string text)
    {
        var terminated = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, terminated);
        return new UnixPath(terminated, isChecked: false);
    }

    /// <summary>Takes bytes that already end with NUL, without a copy.</summary>
    public static UnixPath FromTerminated(ReadOnlySpan<byte> terminated) => new(terminated, isChecked: false);

    /// <summary>Splits into the folder ("." when there is none, "/" for one at the root) and the last name; slashes at the end are dropped.</summary>
    public UnixPath Split(out UnixPath name)
    {
        var text = Text.TrimEnd((byte)'/');
        if (text.IsEmpty)
        {
            throw new ArgumentException($"\"{ToString()}\" names no entry of a folder");
        }

        var slash = text.LastIndexOf((byte)'/');
        // The tail of our own buffer is terminated already unless slashes were cut off.
        name = text.Length == Text.Length ? new UnixPath(_terminated[(slash + 1)..], isChecked: true) : new UnixPath(text[(slash + 1)..]);
        return slash switch
        {
            -1 => Here,
            0 => new UnixPath("/\0"u8, isChecked: true),
            _ => new UnixPath(text[..slash]),
        };
    }

    public ref readonly byte GetPinnableReference() => ref _terminated.GetPinnableReference();

    /// <summary>For messages: bytes that are no UTF-8 show as U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Text);

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> terminated)
    {
        if (terminated.Length < 2 || terminated.IndexOf((byte)0) != terminated.Length - 1)
        {
            throw new ArgumentException("a path must have at least one byte and no NUL among them");
        }

        return terminated;
    }
}
