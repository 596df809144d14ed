namespace CriSharp.Linux.Cryptography;

/// <summary>Ed25519 as RFC 8032 has it, by OpenSSL's libcrypto.</summary>
public static class Ed25519Signature
{
    public const int PublicKeyBytes = 32;
    public const int SignatureBytes = 64;

    /// <summary>Whether there is a libcrypto: without it nothing can be verified.</summary>
    public static bool IsSupported => LibCrypto.IsThere;

    /// <param name="publicKey">32 bytes.</param>
    /// <exception cref="PlatformNotSupportedException">There is no libcrypto.</exception>
    public static unsafe bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicKeyBytes, nameof(publicKey));
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("there is no libcrypto.so.3 (nor libcrypto.so.1.1) on this host");
        }

        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        fixed (byte* keyBytes = publicKey, contentBytes = content, signatureBytes = signature)
        {
            var key = LibCrypto.NewRawPublicKey(LibCrypto.Ed25519, 0, keyBytes, PublicKeyBytes);
            var context = LibCrypto.NewDigestContext();
            try
            {
                return key != 0 && context != 0
                    && LibCrypto.DigestVerifyInit(context, 0, 0, 0, key) == 1
                    && LibCrypto.DigestVerify(context, signatureBytes, SignatureBytes, contentBytes, (nuint)content.Length) == 1;
            }
            finally
            {
                // Both take null.
                LibCrypto.FreeDigestContext(context);
                LibCrypto.FreeKey(key);
            }
        }
    }
}
