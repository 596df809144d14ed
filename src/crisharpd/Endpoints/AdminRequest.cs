using CriSharp.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace CriSharp.Daemon.Endpoints;

/// <summary>What was asked of a page of the admin socket.</summary>
internal sealed class AdminRequest(HttpContext http)
{
    /// <summary>What is sent along, of any length.</summary>
    public Stream Body => http.Request.Body;

    /// <summary>Fires when whoever asked has gone.</summary>
    public CancellationToken Gone => http.RequestAborted;

    /// <summary>All values of a parameter, those that are empty left out.</summary>
    public IReadOnlyList<string> All(string parameter) => [.. http.Request.Query[parameter].OfType<string>().Where(value => value.Length > 0)];

    /// <exception cref="RuntimeException">InvalidArgument: it is not there, or more than once.</exception>
    public string Single(string parameter) => All(parameter) is [var only]
        ? only
        : throw new RuntimeException(ErrorKind.InvalidArgument, $"the parameter \"{parameter}\" is wanted once");

    /// <summary>Begins an answer of any length, which is taken as slowly as its reader likes. Nothing else is answered then; a failure breaks it off.</summary>
    public Stream BeginAnswer(string contentType)
    {
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        http.Response.ContentType = contentType;
        return http.Response.Body;
    }
}
