using System.Buffers.Binary;
using System.Globalization;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>Numbers of tar headers. https://www.gnu.org/software/tar/manual/html_node/Standard.html, /Extensions.html</summary>
internal static class TarNumbers
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Octal text between spaces and NULs, or base-256 (first bit set), two's complement and big-endian.</summary>
    /// <exception cref="InvalidDataException">Neither, or more than 64 bits.</exception>
    public static long Field(ReadOnlySpan<byte> field, string name) => (field[0] & 0x80) != 0 ? Base256(field, name) : Octal(field, name);

    /// <summary>An unsigned decimal of an extended header.</summary>
    public static long Decimal(ReadOnlySpan<byte> text, string name) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"{name} is not a number that we can take");

    /// <summary>Seconds with an optional minus and an optional fraction, as PAX writes times; digits beyond nanoseconds are cut off.</summary>
    public static FileTime Time(ReadOnlySpan<byte> text)
    {
        var isNegative = text is [(byte)'-', ..];
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf((byte)'.');
        var seconds = Decimal(point < 0 ? digits : digits[..point], "mtime");
        var nanoseconds = point < 0 ? 0 : Fraction(digits[(point + 1)..]);
        if (!isNegative)
        {
            return new FileTime(seconds, (uint)nanoseconds);
        }

        return nanoseconds == 0 ? new FileTime(-seconds, 0) : new FileTime(-seconds - 1, (uint)(NanosecondsPerSecond - nanoseconds));
    }

    private static long Fraction(ReadOnlySpan<byte> digits)
    {
        var nanoseconds = 0L;
        var weight = NanosecondsPerSecond / 10;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                throw new InvalidDataException("mtime has a fraction that is no number");
            }

            nanoseconds += (digit - '0') * weight;
            weight /= 10;
        }

        return nanoseconds;
    }

    private static long Octal(ReadOnlySpan<byte> field, string name)
    {
        var text = field.Trim(" \0"u8);
        var number = 0L;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'7' || number >> 60 != 0)
            {
                throw new InvalidDataException($"{name} is not an octal number");
            }

            number = (number << 3) | (uint)(digit - '0');
        }

        return number;
    }

    private static long Base256(ReadOnlySpan<byte> field, string name)
    {
        // Bit 6 of the first byte is the sign; all bytes before the last eight must only repeat it.
        var sign = (field[0] & 0x40) != 0 ? (byte)0xFF : (byte)0;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Fill(sign);
        field.CopyTo(bytes[(16 - field.Length)..]);
        bytes[16 - field.Length] = (byte)(field[0] & 0x7F | sign & 0x80);
        var low = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        return bytes[..8].ContainsAnyExcept(sign) || (low < 0) != (sign != 0)
            ? throw new InvalidDataException($"{name} does not fit into 64 bits")
            : low;
    }
}
