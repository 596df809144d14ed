using System.Text;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Keys;

/// <summary>Reads the keys that a policy names, anew for each check.</summary>
public static class PublicKeys
{
    private const int LimitBytes = 4 << 20;

    /// <returns>A keyring as gpgv reads it.</returns>
    /// <exception cref="FormatException">No such file, or no keys in it.</exception>
    public static ReadOnlyMemory<byte> OpenPgp(KeySource source) => Named(source, OpenPgpArmour.Remove(Read(source).Span));

    /// <exception cref="FormatException">As above.</exception>
    public static SigstoreKey Sigstore(KeySource source)
    {
        var text = Encoding.UTF8.GetString(Read(source).Span);
        try
        {
            return SigstoreKey.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{source.Words}: {wrong.Message}", wrong);
        }
    }

    private static ReadOnlyMemory<byte> Named(KeySource source, ReadOnlyMemory<byte>? keyring) =>
        keyring ?? throw new FormatException($"{source.Words}: it is neither an OpenPGP keyring nor an armoured one");

    private static ReadOnlyMemory<byte> Read(KeySource source) =>
        source.Embedded ?? SmallFile.TryRead(source.Words, LimitBytes) ?? throw new FormatException($"{source.Words}: it is not there");
}
