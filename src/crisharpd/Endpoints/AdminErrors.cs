using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Primitives;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Daemon.Endpoints;

/// <summary>Failures in the words of HTTP, with their kind and message as a document.</summary>
internal static class AdminErrors
{
    public static async Task WriteAsync(HttpResponse response, RuntimeException failure)
    {
        var document = new ErrorDocument { Kind = failure.Kind, Message = failure.Message };
        response.StatusCode = StatusOf(failure.Kind);
        response.ContentType = "application/json";

        // What was sent along and not read would be taken for the next request.
        response.Headers.Connection = "close";
        var content = JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.ErrorDocument);
        response.ContentLength = content.Length;
        await response.Body.WriteAsync(content);
    }

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCodes.Status400BadRequest,
        ErrorKind.PermissionDenied => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.AlreadyExists or ErrorKind.FailedPrecondition => StatusCodes.Status409Conflict,
        ErrorKind.DataLoss or ErrorKind.Unimplemented => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.ResourceExhausted => StatusCodes.Status507InsufficientStorage,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
