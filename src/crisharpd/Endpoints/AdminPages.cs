using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Endpoints;

/// <summary>Answers on the admin socket. The pages are those of <see cref="DaemonPages"/>.</summary>
internal static class AdminPages
{
    public static RequestDelegate Serve(IServiceProvider services)
    {
        var pages = services.GetRequiredService<DaemonPages>().All.ToDictionary(page => page.Path, StringComparer.Ordinal);
        return http => ConnectionSilence.ServeAsync(http, () => AnswerAsync(http, pages));
    }

    private static async Task AnswerAsync(HttpContext http, Dictionary<string, AdminPage> pages)
    {
        if (!pages.TryGetValue(http.Request.Path.Value ?? "", out var page))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsync($"there are: {string.Join(" ", pages.Keys.Order(StringComparer.Ordinal))}\n");
            return;
        }

        if (http.Request.Method != page.Method)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = page.Method;
            return;
        }

        byte[]? answer;
        try
        {
            RefuseOthers(http, page);
            if (page.IsForRootAlone)
            {
                TakeAnyBody(http);
            }

            answer = await page.AnswerAsync(new AdminRequest(http));
        }
        catch (RuntimeException) when (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }
        catch (RuntimeException failure)
        {
            await AdminErrors.WriteAsync(http.Response, failure);
            return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (answer is null)
        {
            return;
        }

        http.Response.ContentType = page.ContentType;
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer, http.RequestAborted);
    }

    /// <summary>The socket's file lets a group in; what changes something is root's.</summary>
    private static void RefuseOthers(HttpContext http, AdminPage page)
    {
        if (!page.IsForRootAlone || http.Features.Get<ConnectionPeer>() is { Credentials.UserId: 0 })
        {
            return;
        }

        throw new RuntimeException(ErrorKind.PermissionDenied, $"{page.Path} may be asked for by root alone");
    }

    /// <summary>An archive is as long as it is, and may come as slowly as it likes: who can send one is root.</summary>
    private static void TakeAnyBody(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
