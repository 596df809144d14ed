using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CriSharp.Ctl.Tests;

public class AttachCommandTests
{
    private const byte Output = 1;
    private const byte Status = 3;

    [Theory]
    [InlineData("""{"metadata":{},"status":"Success"}""", 0, "")]
    [InlineData("", 125, "crisharpctl attach: the session ended without a word: the runtime, or the connection to it, has gone\n")]
    public async Task Attach_EndsAsTheRuntimesLastWordsSay_AndWithoutThemFails(string words, int code, string error)
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");
        await using var streaming = await StartAsync(words);
        server.Runtime.StreamingUrl = streaming.Urls.Single() + "/attach/1";

        var attach = await server.CtlAsync("attach", "web");

        Assert.Equal((code, "hello\n", error), (attach.ExitCode, attach.Output, attach.Error));
    }

    /// <summary>A streaming server whose container says hello.</summary>
    private static async Task<WebApplication> StartAsync(string lastWords)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols[0]);
            await SendAsync(socket, Output, "hello\n");
            await SendAsync(socket, Status, lastWords);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
        await app.StartAsync();
        return app;
    }

    private static async Task SendAsync(WebSocket socket, byte channel, string words)
    {
        if (words.Length > 0)
        {
            await socket.SendAsync(new byte[] { channel }.Concat(System.Text.Encoding.UTF8.GetBytes(words)).ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        }
    }
}
