using System.Text.Json;
using System.Text.Json.Serialization;

namespace CriSharp.Signatures.Checks;

/// <summary>A signature of an image, as it was found: nothing of it is verified.</summary>
/// <param name="Origin">Where it was found, in words.</param>
public abstract record ImageSignature(string Origin)
{
    /// <summary>Largest signature, its payload included, in bytes.</summary>
    public const int LimitBytes = 4 << 20;

    private const string KeptOrigin = "kept with the image";

    /// <summary>The bytes to keep it as: <see cref="Parse"/> reads them.</summary>
    public abstract byte[] Format();

    /// <summary>Reads a signature that was kept.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ImageSignature Parse(byte[] kept)
    {
        if (kept is [>= 0x80, ..])
        {
            return new OpenPgp(KeptOrigin, kept);
        }

        try
        {
            return JsonSerializer.Deserialize(kept, KeptSignatureContext.Default.KeptSignature) is { } signature
                ? new Sigstore(KeptOrigin, signature.Payload, signature.Signature)
                : throw new FormatException("a signature that was kept is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"a signature that was kept is malformed: {malformed.Message}", malformed);
        }
    }

    /// <param name="Message">A binary OpenPGP message with its content inside.</param>
    public sealed record OpenPgp(string Origin, ReadOnlyMemory<byte> Message) : ImageSignature(Origin)
    {
        public override byte[] Format() => Message.ToArray();
    }

    /// <param name="Base64">The signature over the payload's bytes.</param>
    public sealed record Sigstore(string Origin, ReadOnlyMemory<byte> Payload, string Base64) : ImageSignature(Origin)
    {
        public override byte[] Format() =>
            JsonSerializer.SerializeToUtf8Bytes(new KeptSignature(Payload.ToArray(), Base64), KeptSignatureContext.Default.KeptSignature);
    }
}

internal sealed record KeptSignature(byte[] Payload, string Signature);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptSignature))]
internal sealed partial class KeptSignatureContext : JsonSerializerContext;
