using CriSharp.Signatures.Checks;

namespace CriSharp.Images.Tests;

/// <summary>For tests whose policies need neither GnuPG nor OpenSSL.</summary>
internal sealed class NoCryptography : IGpgv, IEd25519
{
    public static readonly NoCryptography Instance = new();

    public Task<GpgvOutcome> RunAsync(ReadOnlyMemory<byte> message, IReadOnlyList<ReadOnlyMemory<byte>> keyrings, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("no gpgv in this test");

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        throw new InvalidOperationException("no Ed25519 in this test");
}
