using System.Globalization;
using Grpc.Core;

namespace CriSharp.Grpc.Wire;

/// <summary>Names of the protocol's own headers, and what may be said of a peer's.</summary>
internal static class GrpcHeaders
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string ContentType = "application/grpc";

    /// <summary>application/grpc, with or without +proto and parameters; not application/grpc-web.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');

    /// <summary>Headers that belong to the caller's metadata, not to the protocol.</summary>
    public static bool IsMetadata(string name) =>
        !name.StartsWith(':') && !name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
        && name.ToLowerInvariant() is not ("content-type" or "te" or "host" or "content-length" or "date" or "server");

    public static void Add(Metadata metadata, string name, string value)
    {
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return;
        }

        // Base64 with or without padding; several values may be joined by commas. What is neither is dropped.
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            var padded = part.PadRight((part.Length + 3) / 4 * 4, '=');
            var octets = new byte[padded.Length];
            if (Convert.TryFromBase64String(padded, octets, out var count))
            {
                metadata.Add(name, octets[..count]);
            }
        }
    }

    public static string Text(Metadata.Entry entry) => entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;

    public static string Text(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
