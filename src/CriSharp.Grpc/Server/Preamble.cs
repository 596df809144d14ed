using CriSharp.Grpc.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>What must be so before a request is a call.</summary>
internal static class Preamble
{
    /// <returns>False where the request has been answered: it is no gRPC.</returns>
    public static bool Accepts(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            response.StatusCode = StatusCodes.Status505HttpVersionNotsupported;
            return false;
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Post;
            return false;
        }

        if (!GrpcHeaders.IsGrpc(request.ContentType))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            Write(response, new Status(StatusCode.Internal, $"The content type is not {GrpcHeaders.ContentType}."));
            return false;
        }

        return true;
    }

    /// <summary>Answers a call with a status alone.</summary>
    public static Task RefuseAsync(HttpContext http, Status status)
    {
        http.Response.ContentType = GrpcHeaders.ContentType;
        Write(http.Response, status);
        return http.Response.CompleteAsync();
    }

    private static void Write(HttpResponse response, Status status)
    {
        response.Headers[GrpcHeaders.Status] = GrpcHeaders.Text(status.StatusCode);
        response.Headers[GrpcHeaders.Message] = PercentEncoding.Encode(status.Detail);
    }
}

/// <summary>Answers for every method that no service has.</summary>
internal static class UnknownMethod
{
    public static Task HandleAsync(HttpContext http) =>
        Preamble.Accepts(http)
            ? Preamble.RefuseAsync(http, new Status(StatusCode.Unimplemented, $"There is no method {http.Request.Path}."))
            : Task.CompletedTask;
}
