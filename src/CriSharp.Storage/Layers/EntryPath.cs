namespace CriSharp.Storage.Layers;

/// <summary>Where an entry goes, relative to the layer's root.</summary>
/// <param name="Text">Names joined by single slashes, without "." and ".."; empty for the root itself.</param>
internal readonly record struct EntryPath(byte[] Text)
{
    // PATH_MAX and NAME_MAX of Linux.
    private const int PathLimitBytes = 4095;
    private const int NameLimitBytes = 255;

    public bool IsRoot => Text.Length == 0;

    public ReadOnlySpan<byte> Parent => Text.AsSpan(0, Math.Max(Text.AsSpan().LastIndexOf((byte)'/'), 0));

    public ReadOnlySpan<byte> Name => Text.AsSpan(Text.AsSpan().LastIndexOf((byte)'/') + 1);

    /// <summary>Tidies a name of an archive: a leading slash means the layer's root, ".." takes the name before it away.</summary>
    /// <exception cref="InvalidDataException">It leads out of the layer, holds a NUL or is longer than Linux allows.</exception>
    public static EntryPath Parse(ReadOnlySpan<byte> raw) => Parse(raw, clamps: false);

    /// <summary>The same as after a chroot, where ".." at the root stays there.</summary>
    public static EntryPath ParseInRoot(ReadOnlySpan<byte> raw) => Parse(raw, clamps: true);

    /// <summary>A text that stands for these bytes one to one, to be looked up by.</summary>
    public static string Key(ReadOnlySpan<byte> text) => System.Text.Encoding.Latin1.GetString(text);

    private static EntryPath Parse(ReadOnlySpan<byte> raw, bool clamps)
    {
        if (raw.Contains((byte)0))
        {
            throw new InvalidDataException("a name holds a NUL byte");
        }

        var text = new byte[Math.Min(raw.Length, PathLimitBytes)];
        var length = 0;
        foreach (var part in raw.Split((byte)'/'))
        {
            var name = raw[part];
            if (name.IsEmpty || name.SequenceEqual("."u8))
            {
                continue;
            }

            if (name.SequenceEqual(".."u8))
            {
                length = length > 0 || clamps
                    ? Math.Max(text.AsSpan(0, length).LastIndexOf((byte)'/'), 0)
                    : throw new InvalidDataException("a name leads out of the layer with \"..\"");
                continue;
            }

            var separator = length > 0 ? 1 : 0;
            if (name.Length > NameLimitBytes || length + separator + name.Length > PathLimitBytes)
            {
                throw new InvalidDataException($"a name is longer than Linux allows ({NameLimitBytes} bytes, {PathLimitBytes} with its folders)");
            }

            text[length] = (byte)'/';
            name.CopyTo(text.AsSpan(length + separator));
            length += separator + name.Length;
        }

        return new EntryPath(text[..length]);
    }
}
