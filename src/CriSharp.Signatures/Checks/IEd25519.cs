namespace CriSharp.Signatures.Checks;

/// <summary>Ed25519 signatures (RFC 8032), which the base library doesn't know.</summary>
public interface IEd25519
{
    /// <param name="publicKey">32 bytes.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">FailedPrecondition: there is no library that can.</exception>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);
}
