using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>Kestrel on 127.0.0.1 with processes that are a few lines of code: cat, flood, exit.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application) => _application = application;

    public WebSocketLimits Limits { get; init; } = WebSocketLimits.Default;

    /// <summary>How each session ended: by its Fault, or null.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<Exception?> Ended { get; } = new();

    public Uri Address => new(_application.Urls.Single());

    public static async Task<LoopbackServer> StartAsync(WebSocketLimits? limits = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var server = new LoopbackServer(application) { Limits = limits ?? WebSocketLimits.Default };
        application.UseWebSockets();
        application.Run(server.ServeAsync);
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
    }

    private Task ServeAsync(HttpContext context)
    {
        var accepted = context.Request.Path.StartsWithSegments("/portforward", StringComparison.Ordinal) ? WebSocketProtocols.PortForward : WebSocketProtocols.Process;
        var protocol = context.WebSockets.IsWebSocketRequest ? WebSocketProtocols.Choose([.. context.WebSockets.WebSocketRequestedProtocols], accepted) : null;
        if (protocol is null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return protocol == WebSocketProtocols.Tunnel ? EchoAsync(context, protocol)
            : accepted == WebSocketProtocols.PortForward ? ForwardAsync(context, protocol)
            : RunAsync(context, protocol);
    }

    private static async Task EchoAsync(HttpContext context, string protocol)
    {
        await using var stream = WebSocketTunnel.Open(await WebSocketAcceptance.AcceptAsync(context, protocol));
        await stream.CopyToAsync(stream);
    }

    private static async Task ForwardAsync(HttpContext context, string protocol)
    {
        var ports = context.Request.Query["port"].Select(text => int.Parse(text!, CultureInfo.InvariantCulture)).ToArray();
        using var socket = await WebSocketAcceptance.AcceptAsync(context, protocol);
        await WebSocketPortForward.ServeAsync(socket, protocol, ports, ConnectAsync, context.RequestAborted);
    }

    private static async Task<IForwardedConnection> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new TcpConnection(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new RuntimeException(ErrorKind.Unavailable, exception.Message, exception);
        }
    }

    private async Task RunAsync(HttpContext context, string protocol)
    {
        var query = context.Request.Query;
        using var socket = await WebSocketAcceptance.AcceptAsync(context, protocol);
        var client = WebSocketClientStreams.Open(
            socket, protocol, query.ContainsKey("stdin"), query.ContainsKey("stdout"), query.ContainsKey("stderr"), query.ContainsKey("tty"), Limits, context.RequestAborted);
        try
        {
            var status = await (context.Request.Path.Value switch
            {
                "/cat" => CatAsync(client.Streams),
                "/flood" => FloodAsync(client.Streams, int.Parse(query["size"]!, CultureInfo.InvariantCulture)),
                "/deaf" => DeafAsync(client.Streams),
                _ => ExitAsync(client.Streams),
            });
            if (client.Streams.HasStatus)
            {
                await client.Streams.Error.WriteAsync(Encoding.UTF8.GetBytes(status));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client went.
        }
        finally
        {
            await client.DisposeAsync();
            Ended.Enqueue(client.Fault);
        }
    }

    private static async Task<string> CatAsync(ClientStreams streams)
    {
        var resizing = streams.Resize is null ? Task.CompletedTask : streams.Resize.CopyToAsync(streams.Stdout!);
        await streams.Stdin!.CopyToAsync(streams.Stdout!, streams.Gone);
        return "{\"status\":\"Success\"}";
    }

    private static async Task<string> FloodAsync(ClientStreams streams, int size)
    {
        var block = new byte[100_000];
        for (var at = 0; at < size; at += block.Length)
        {
            for (var index = 0; index < block.Length; index++)
            {
                block[index] = (byte)((at + index) % 251);
            }

            await streams.Stdout!.WriteAsync(block.AsMemory(0, Math.Min(block.Length, size - at)), streams.Gone);
        }

        return "{\"status\":\"Success\"}";
    }

    private static async Task<string> DeafAsync(ClientStreams streams)
    {
        await Task.Delay(Timeout.Infinite, streams.Gone);
        return "";
    }

    private static async Task<string> ExitAsync(ClientStreams streams)
    {
        await streams.Stdout!.WriteAsync("out"u8.ToArray());
        await streams.Stderr!.WriteAsync("err"u8.ToArray());
        return "{\"status\":\"Failure\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"3\"}]}}";
    }

    internal sealed class TcpConnection(Socket socket) : IForwardedConnection
    {
        public Stream Stream { get; } = new NetworkStream(socket, ownsSocket: true);

        public void EndWrites() => socket.Shutdown(SocketShutdown.Send);

        public ValueTask DisposeAsync() => Stream.DisposeAsync();
    }
}
