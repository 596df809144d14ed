using CriSharp.Linux.Cryptography;
using CriSharp.Primitives;
using CriSharp.Signatures.Checks;

namespace CriSharp.Daemon.Signing;

/// <summary>Ed25519 by OpenSSL's library.</summary>
internal sealed class Ed25519Library : IEd25519
{
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Ed25519Signature.Verify(publicKey, content, signature);
        }
        catch (PlatformNotSupportedException absent)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"Ed25519 keys can't be used: {absent.Message}", absent);
        }
    }
}
