using System.Formats.Asn1;
using System.Security.Cryptography;
using CriSharp.Signatures.Checks;

namespace CriSharp.Signatures.Keys;

/// <summary>A public key in PEM, as cosign writes it: ECDSA on NIST's curves, RSA (PKCS #1 v1.5), both over SHA-256, or Ed25519.</summary>
public sealed class SigstoreKey
{
    private const string Label = "PUBLIC KEY";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ed25519 = "1.3.101.112";
    // P-256, P-384, P-521.
    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private const int LeastRsaBits = 2048;
    private const int Ed25519Bytes = 32;

    private readonly string _algorithm;
    private readonly byte[] _key;

    private SigstoreKey(string algorithm, byte[] key) => (_algorithm, _key) = (algorithm, key);

    /// <exception cref="FormatException">Not one public key, or one that can't be used.</exception>
    public static SigstoreKey Parse(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var block) || !pem.AsSpan()[block.Label].SequenceEqual(Label))
        {
            throw new FormatException($"it is no public key in PEM (-----BEGIN {Label}-----)");
        }

        if (PemEncoding.TryFind(pem.AsSpan(block.Location.End.Value), out _))
        {
            throw new FormatException("it holds more than one key: name one file for each");
        }

        var der = Convert.FromBase64String(pem[block.Base64Data]);
        try
        {
            return Read(der);
        }
        catch (Exception malformed) when (malformed is AsnContentException or CryptographicException)
        {
            throw new FormatException($"its key can't be used: {malformed.Message}", malformed);
        }
    }

    /// <param name="ed25519">Asked where the key is of that kind.</param>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, IEd25519 ed25519)
    {
        try
        {
            return _algorithm switch
            {
                EllipticCurve => VerifyElliptic(content, signature),
                Rsa => VerifyRsa(content, signature),
                _ => ed25519.Verify(_key, content, signature),
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // https://www.rfc-editor.org/rfc/rfc5280#section-4.1: SubjectPublicKeyInfo
    private static SigstoreKey Read(byte[] der)
    {
        var whole = new AsnReader(der, AsnEncodingRules.DER);
        var information = whole.ReadSequence();
        whole.ThrowIfNotEmpty();
        var algorithm = information.ReadSequence().ReadObjectIdentifier();
        switch (algorithm)
        {
            case EllipticCurve:
                using (var key = ECDsa.Create())
                {
                    key.ImportSubjectPublicKeyInfo(der, out _);
                    return Curves.Contains(key.ExportParameters(false).Curve.Oid?.Value)
                        ? new SigstoreKey(algorithm, der)
                        : throw new FormatException("its elliptic curve is none of P-256, P-384 and P-521");
                }

            case Rsa:
                using (var key = RSA.Create())
                {
                    key.ImportSubjectPublicKeyInfo(der, out _);
                    return key.KeySize >= LeastRsaBits
                        ? new SigstoreKey(algorithm, der)
                        : throw new FormatException($"its RSA key has {key.KeySize} bits, and {LeastRsaBits} is the least");
                }

            case Ed25519:
                var point = information.ReadBitString(out _);
                return point.Length == Ed25519Bytes ? new SigstoreKey(algorithm, point) : throw new FormatException("its Ed25519 key is too short");

            default:
                throw new FormatException($"its key is of the kind {algorithm}: want ECDSA, RSA or Ed25519");
        }
    }

    private bool VerifyElliptic(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_key, out _);
        return key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private bool VerifyRsa(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(_key, out _);
        return key.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
