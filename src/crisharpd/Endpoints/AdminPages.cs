using CriSharp.Admin;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Endpoints;

/// <summary>One path of the admin socket, GET only.</summary>
/// <param name="Document">Makes the answer, a JSON document in UTF-8.</param>
internal sealed record AdminPage(string Path, Func<byte[]> Document);

/// <summary>Answers on the admin socket. The pages are those of <see cref="DaemonPages"/>.</summary>
internal static class AdminPages
{
    public static RequestDelegate Serve(IServiceProvider services)
    {
        var pages = services.GetRequiredService<DaemonPages>().All.ToDictionary(page => page.Path, StringComparer.Ordinal);
        return async http =>
        {
            if (!pages.TryGetValue(http.Request.Path.Value ?? "", out var page))
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                await http.Response.WriteAsync($"there are: {string.Join(" ", pages.Keys.Order(StringComparer.Ordinal))}\n");
                return;
            }

            if (!HttpMethods.IsGet(http.Request.Method))
            {
                http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                return;
            }

            var document = page.Document();
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = document.Length;
            await http.Response.Body.WriteAsync(document, http.RequestAborted);
        };
    }
}
