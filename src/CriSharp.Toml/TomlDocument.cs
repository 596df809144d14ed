using System.Text;

namespace CriSharp.Toml;

/// <summary>Reads TOML 1.0: https://toml.io/en/v1.0.0</summary>
public static class TomlDocument
{
    /// <summary>A longer file is refused: it is no configuration.</summary>
    public const int LimitBytes = 4 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="fileName">For errors.</param>
    /// <exception cref="TomlException">What is wrong, and where.</exception>
    public static TomlTable Parse(ReadOnlySpan<byte> utf8, string fileName)
    {
        if (utf8.Length > LimitBytes)
        {
            throw TooLong(fileName);
        }

        try
        {
            return Parse(StrictUtf8.GetString(utf8), fileName);
        }
        catch (DecoderFallbackException notUtf8)
        {
            var line = 1 + utf8[..Math.Clamp(notUtf8.Index, 0, utf8.Length)].Count((byte)'\n');
            throw new TomlException(fileName, new TomlPosition(line, 1), "the file is not UTF-8");
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static TomlTable Parse(string text, string fileName)
    {
        if (text.Length > LimitBytes)
        {
            throw TooLong(fileName);
        }

        return new TomlReader(new TomlCursor(text, fileName)).Read();
    }

    private static TomlException TooLong(string fileName) =>
        new(fileName, new TomlPosition(1, 1), $"the file is longer than {LimitBytes} bytes");
}
