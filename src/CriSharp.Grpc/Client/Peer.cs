using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CriSharp.Grpc.Wire;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Reads off a peer's headers, or off its failure, how a call ended.</summary>
internal static class Peer
{
    public static Status Status(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues(GrpcHeaders.Status, out var codes)
            || !int.TryParse(codes.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            return new Status(StatusCode.Unknown, "The peer closed the call without a status.");
        }

        var words = headers.TryGetValues(GrpcHeaders.Message, out var messages) ? PercentEncoding.Decode(messages.First()) : "";
        return new Status(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, words);
    }

    public static Metadata Metadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated.Where(header => GrpcHeaders.IsMetadata(header.Key)))
        {
            foreach (var value in values)
            {
                GrpcHeaders.Add(metadata, name, value);
            }
        }

        return metadata;
    }

    /// <summary>https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md</summary>
    public static Status NotGrpc(HttpResponseMessage response)
    {
        if (response.Headers.Contains(GrpcHeaders.Status))
        {
            return Status(response.Headers);
        }

        var code = response.StatusCode switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(code, $"The peer answers, but not by gRPC: HTTP status {(int)response.StatusCode}, "
            + $"content type {response.Content.Headers.ContentType?.ToString() ?? "none"}.");
    }

    public static Status Unreachable(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            // REFUSED_STREAM, CANCEL, or the connection itself: what the server says by a reset of the stream.
            if (cause is HttpProtocolException { ErrorCode: CancelErrorCode })
            {
                return new Status(StatusCode.Cancelled, "The peer cancelled the call.", failure);
            }
        }

        return new Status(StatusCode.Unavailable, failure.GetBaseException().Message, failure);
    }

    // RFC 9113, 7: CANCEL.
    private const long CancelErrorCode = 8;
}
