using System.Text;

namespace CriSharp.Signatures.Keys;

/// <summary>Public keys as people exchange them, in ASCII; gpgv wants bytes. https://www.rfc-editor.org/rfc/rfc9580#section-6.2</summary>
internal static class OpenPgpArmour
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";
    private const int ChecksumSeed = 0xB704CE;
    private const int ChecksumPolynomial = 0x1864CFB;

    /// <returns>Binary keys as they are, those of all armoured blocks one after the other; null: neither.</returns>
    public static ReadOnlyMemory<byte>? Remove(ReadOnlySpan<byte> keys)
    {
        // An OpenPGP packet has the highest bit set; a keybox has its name behind the first eight bytes.
        if (keys is [>= 0x80, ..] || (keys.Length > 12 && keys[8..12].SequenceEqual("KBXf"u8)))
        {
            return keys.ToArray();
        }

        using var all = new MemoryStream();
        var lines = Encoding.ASCII.GetString(keys).Split('\n', StringSplitOptions.TrimEntries);
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line] == Begin)
            {
                var end = Array.IndexOf(lines, End, line);
                if (end < 0 || Decode(lines[(line + 1)..end]) is not { } block)
                {
                    return null;
                }

                all.Write(block);
                line = end;
            }
        }

        if (all.Length == 0)
        {
            return null;
        }

        return all.ToArray();
    }

    private static byte[]? Decode(string[] block)
    {
        // Headers end with an empty line; there may be none of them.
        var body = block.SkipWhile(line => line.Contains(": ", StringComparison.Ordinal)).SkipWhile(line => line.Length == 0).Where(line => line.Length > 0).ToList();
        string? checksum = null;
        if (body.Count > 0 && body[^1].StartsWith('='))
        {
            checksum = body[^1][1..];
            body.RemoveAt(body.Count - 1);
        }

        try
        {
            var bytes = Convert.FromBase64String(string.Concat(body));
            return checksum is null || Convert.FromBase64String(checksum).AsSpan().SequenceEqual(ChecksumOf(bytes)) ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] ChecksumOf(byte[] bytes)
    {
        var sum = ChecksumSeed;
        foreach (var value in bytes)
        {
            sum ^= value << 16;
            for (var bit = 0; bit < 8; bit++)
            {
                sum <<= 1;
                if ((sum & 0x1000000) != 0)
                {
                    sum ^= ChecksumPolynomial;
                }
            }
        }

        return [(byte)(sum >> 16), (byte)(sum >> 8), (byte)sum];
    }
}
