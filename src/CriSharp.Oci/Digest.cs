using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CriSharp.Oci;

/// <summary>
/// A content digest, "sha256:" and 64 or "sha512:" and 128 lower-case hex digits; nothing else is ever accepted, so its text is safe in a path.
/// https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
/// </summary>
public readonly record struct Digest
{
    public const string Sha256 = "sha256";
    public const string Sha512 = "sha512";

    private readonly string? _text;

    private Digest(string text) => _text = text;

    public string Algorithm => Text[..Text.IndexOf(':', StringComparison.Ordinal)];

    public string Hex => Text[(Text.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private string Text => _text ?? throw new InvalidOperationException("a default Digest has no value");

    /// <exception cref="FormatException">The text is not a digest that we support.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"\"{Shorten(text)}\" is not a digest: want sha256:<64 hex> or sha512:<128 hex>");

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
        {
            return false;
        }

        var separator = text.IndexOf(':', StringComparison.Ordinal);
        var hexLength = text.AsSpan(0, Math.Max(separator, 0)) switch
        {
            Sha256 => 64,
            Sha512 => 128,
            _ => -1,
        };
        if (text.Length - separator - 1 != hexLength || !LowerHex.IsAll(text.AsSpan(separator + 1)))
        {
            return false;
        }

        digest = new Digest(text);
        return true;
    }

    /// <param name="hash">32 bytes (SHA-256) or 64 bytes (SHA-512).</param>
    public static Digest FromHash(ReadOnlySpan<byte> hash) => hash.Length switch
    {
        32 => new Digest($"{Sha256}:{Convert.ToHexStringLower(hash)}"),
        64 => new Digest($"{Sha512}:{Convert.ToHexStringLower(hash)}"),
        _ => throw new ArgumentException($"a hash of {hash.Length} bytes is neither SHA-256 nor SHA-512", nameof(hash)),
    };

    /// <param name="algorithm"><see cref="Sha256"/> or <see cref="Sha512"/>.</param>
    public static Digest Of(ReadOnlySpan<byte> bytes, string algorithm = Sha256) =>
        FromHash(algorithm == Sha512 ? SHA512.HashData(bytes) : SHA256.HashData(bytes));

    public override string ToString() => Text;

    private static string Shorten(string text) => text.Length <= 160 ? text : text[..160] + "...";
}
