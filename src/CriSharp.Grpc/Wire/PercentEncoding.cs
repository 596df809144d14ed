using System.Buffers;
using System.Globalization;
using System.Text;

namespace CriSharp.Grpc.Wire;

/// <summary>
/// The grpc-message header: UTF-8 whose bytes outside of space to tilde, and the percent sign, are written as %XX.
/// A value that is not well encoded is taken as it is, never refused.
/// </summary>
internal static class PercentEncoding
{
    // Headers have limits at the peers, and a longer text tells nobody more.
    private const int MaxEncodedLength = 32 * 1024;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(character => character != '%')]);

    public static string Encode(string text)
    {
        if (text.Length <= MaxEncodedLength && !text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (encoded.Length > MaxEncodedLength - 16)
            {
                return encoded.Append("...").ToString();
            }

            if (rune.IsAscii && Plain.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
            {
                encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var octets = new ArrayBufferWriter<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length
                && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                octets.Write([octet]);
                at += 2;
                continue;
            }

            Encoding.UTF8.GetBytes(text.AsSpan(at, 1), octets);
        }

        return Encoding.UTF8.GetString(octets.WrittenSpan);
    }
}
