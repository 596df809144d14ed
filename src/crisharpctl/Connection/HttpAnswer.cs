using System.Globalization;
using System.Text;

namespace CriSharp.Ctl.Connection;

/// <summary>An answer in HTTP/1.1. RFC 9112</summary>
internal sealed record HttpAnswer(int Status, byte[] Content)
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <param name="received">What has come so far.</param>
    /// <returns>Null: it is not all there yet.</returns>
    /// <exception cref="IOException">It is no such answer.</exception>
    public static HttpAnswer? TryParse(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var lines = Encoding.ASCII.GetString(received[..end]).Split("\r\n");
        if (lines[0].Split(' ', 3) is not [_, var code, ..] || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw Malformed();
        }

        var rest = received[(end + 4)..];
        var content = IsChunked(lines) ? TryJoin(rest)
            : LengthOf(lines) is var length && rest.Length >= length ? rest[..length].ToArray()
            : null;
        return content is null ? null : new HttpAnswer(status, content);
    }

    private static bool IsChunked(string[] lines) => lines.Any(line => line.StartsWith("Transfer-Encoding:", IgnoreCase) && line.Contains("chunked", IgnoreCase));

    private static int LengthOf(string[] lines)
    {
        const string Header = "Content-Length:";
        var line = lines.FirstOrDefault(line => line.StartsWith(Header, IgnoreCase));
        return line is null ? 0
            : int.TryParse(line[Header.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw Malformed();
    }

    private static byte[]? TryJoin(ReadOnlySpan<byte> chunks)
    {
        var content = new List<byte>();
        while (chunks.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            if (!int.TryParse(Encoding.ASCII.GetString(chunks[..end]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
            {
                throw Malformed();
            }

            chunks = chunks[(end + 2)..];
            if (length == 0)
            {
                return [.. content];
            }

            if (chunks.Length < length + 2)
            {
                return null;
            }

            content.AddRange(chunks[..length]);
            chunks = chunks[(length + 2)..];
        }

        return null;
    }

    private static IOException Malformed() => new("the daemon's answer is no HTTP");
}
