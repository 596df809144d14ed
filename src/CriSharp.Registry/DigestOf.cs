using System.Security.Cryptography;
using CriSharp.Oci;

namespace CriSharp.Registry;

internal static class DigestOf
{
    /// <summary>The digest of the bytes by the same algorithm as another one.</summary>
    public static Digest Bytes(ReadOnlySpan<byte> bytes, string algorithm) =>
        Digest.FromHash(algorithm == Digest.Sha512 ? SHA512.HashData(bytes) : SHA256.HashData(bytes));
}
