using System.Text.Json;
using CriSharp.Admin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace CriSharp.Ctl.Tests;

/// <summary>The pages of images, which keep what they were asked.</summary>
internal sealed class FakeAdmin
{
    /// <summary>Path and query of the last request.</summary>
    public string Asked { get; private set; } = "";

    public byte[] Uploaded { get; private set; } = [];

    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Answered at once, before anything is read.</summary>
    public ErrorDocument? Refusal { get; set; }

    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>What is sent as an archive; null: the connection breaks in its middle.</summary>
    public byte[]? Archive { get; set; } = [];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AdminAddress.SavePath, SaveAsync);
        routes.MapPost(AdminAddress.LoadPath, LoadAsync);
        routes.MapPost(AdminAddress.TagPath, NameAsync);
        routes.MapPost(AdminAddress.UntagPath, NameAsync);
        routes.MapGet(AdminAddress.VerifyPath, context => context.Response.WriteAsJsonAsync(
            new VerificationDocument { Id = "sha256:1", Documents = 2, Layers = 1, Faults = Faults }, AdminJson.Default.VerificationDocument));
    }

    private async Task LoadAsync(HttpContext context)
    {
        if (Refusal is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(Refusal, AdminJson.Default.ErrorDocument);
            return;
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Uploaded = body.ToArray();
        Names = [.. context.Request.Query[AdminAddress.NameParameter].OfType<string>()];
        await AnswerAsync(context, ("sha256:1", "docker.io/a/b:1"), ("sha256:2", ""));
    }

    private async Task SaveAsync(HttpContext context)
    {
        Asked = context.Request.Path + context.Request.QueryString;
        var document = new SavedImagesDocument { Images = [new SavedImageDocument { Id = "sha256:1", SavedId = "sha256:2", Names = ["docker.io/a/b:1"], Skipped = ["\"s\" is a socket"] }] };
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.SavedImagesDocument));
        await context.Response.Body.WriteAsync("\n"u8.ToArray());
        await context.Response.Body.WriteAsync(Archive ?? new byte[1000]);
        if (Archive is null)
        {
            await context.Response.Body.FlushAsync();
            // Flushed is what the server has taken, not yet what it has sent.
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            context.Abort();
        }
    }

    private Task NameAsync(HttpContext context)
    {
        Asked = context.Request.Path + context.Request.QueryString;
        return AnswerAsync(context, ("sha256:1", "docker.io/a/b:1"));
    }

    private static Task AnswerAsync(HttpContext context, params (string Id, string Name)[] images)
    {
        var document = new ImagesDocument { Images = [.. images.Select(image => new NamedImageDocument { Id = image.Id, Names = image.Name.Length > 0 ? [image.Name] : [] })] };
        return context.Response.WriteAsJsonAsync(document, AdminJson.Default.ImagesDocument);
    }
}
