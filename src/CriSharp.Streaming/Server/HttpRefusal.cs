using Microsoft.AspNetCore.Http;

namespace CriSharp.Streaming.Server;

/// <summary>
/// An answer to a request that is not upgraded: a status, and words for people. The connection ends with it: whoever has no token holds no place.
/// </summary>
internal static class HttpRefusal
{
    public static Task SendAsync(HttpContext http, int status, string words)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.Connection = "close";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(words + "\n", http.RequestAborted);
    }
}
