using System.Globalization;
using System.Text;

namespace CriSharp.Linux.Files;

/// <summary>
/// A JSON document that tells whether it is as it was written: its first property is the CRC-32C of the whole document, with the digits of
/// the checksum itself taken as zeros. Against damage, not against forgers: who can write there is root already.
/// </summary>
public static class DocumentChecksum
{
    private static ReadOnlySpan<byte> Prefix => "{\n  \"checksum\": \"crc32c:"u8;

    private static ReadOnlySpan<byte> Zeros => "00000000"u8;

    private static ReadOnlySpan<byte> Suffix => "\","u8;

    /// <param name="json">An object with at least one property.</param>
    public static byte[] Add(ReadOnlySpan<byte> json)
    {
        if (json.Length < 3 || json[0] != '{')
        {
            throw new ArgumentException("only a JSON object can hold its checksum");
        }

        byte[] document = [.. Prefix, .. Zeros, .. Suffix, .. json[1..]];
        WriteDigits(document, document.AsSpan(Prefix.Length, Zeros.Length));
        return document;
    }

    /// <returns>false when it has none.</returns>
    /// <exception cref="FormatException">It has another content than its checksum says.</exception>
    public static bool Verify(ReadOnlySpan<byte> document)
    {
        if (!document.StartsWith(Prefix) || document.Length < Prefix.Length + Zeros.Length)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Zeros.Length];
        WriteDigits(document, expected);
        return document.Slice(Prefix.Length, Zeros.Length).SequenceEqual(expected)
            ? true
            : throw new FormatException("it is damaged: its content is not what its checksum says");
    }

    private static void WriteDigits(ReadOnlySpan<byte> document, Span<byte> digits)
    {
        var crc = Crc32C.Update(Crc32C.Start, Prefix);
        crc = Crc32C.Update(crc, Zeros);
        crc = Crc32C.Update(crc, document[(Prefix.Length + Zeros.Length)..]);
        Encoding.ASCII.GetBytes(Crc32C.Finish(crc).ToString("x8", CultureInfo.InvariantCulture), digits);
    }
}
