using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>Over TCP and Kestrel, as it will be.</summary>
public sealed class LoopbackTests
{
    [Fact]
    public async Task Cat_WhenGivenMuch_GivesItBackWholeWithItsStatusLast()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var client = await WebSocketProcessClient.ConnectAsync(new Uri(server.Address, "/cat?stdin&stdout"));
        var sent = new byte[32 * 1024 * 1024];
        new Random(3).NextBytes(sent);
        var writing = Task.Run(async () =>
        {
            await client.Stdin.WriteAsync(sent);
            await client.Stdin.DisposeAsync();
        });
        var status = client.Error.ReadToEndAsync();
        var heard = await SHA256.HashDataAsync(client.Stdout).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(SHA256.HashData(sent), heard);
        await writing;
        Assert.Equal("{\"status\":\"Success\"}", Encoding.UTF8.GetString(await status));
        await client.DisposeAsync();
        await UntilAsync(() => !server.Ended.IsEmpty);
        Assert.Null(server.Ended.First());
    }

    [Fact]
    public async Task Exit_WhenItComes_IsTheStatus()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var client = await WebSocketProcessClient.ConnectAsync(new Uri(server.Address, "/exit?stdout&stderr"));
        Assert.Equal("out"u8.ToArray(), await client.Stdout.ReadToEndAsync());
        Assert.Equal("err"u8.ToArray(), await client.Stderr.ReadToEndAsync());
        Assert.Contains("ExitCode", Encoding.UTF8.GetString(await client.Error.ReadToEndAsync()), StringComparison.Ordinal);
    }

    /// <summary>A client behind a pager: the process has long ended, the farewell is over, and yet not a byte is lost.</summary>
    [Theory]
    [InlineData(2_000_000)]
    [InlineData(40_000_000)]
    public async Task Output_WhenTheClientReadsItMuchLater_IsWhole(int sent)
    {
        await using var server = await LoopbackServer.StartAsync(new() { Farewell = TimeSpan.FromMilliseconds(100) });
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(Of(server, $"/flood?stdout&size={sent}"), CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(8));
        var size = 0;
        string? status = null;
        while (await socket.HearAsync() is { } message)
        {
            if (message[0] == 3)
            {
                status = Encoding.UTF8.GetString(message.AsSpan(1));
                continue;
            }

            foreach (var value in message.AsSpan(1))
            {
                Assert.Equal((byte)(size++ % 251), value);
            }
        }

        Assert.Equal((sent, "{\"status\":\"Success\"}", WebSocketCloseStatus.NormalClosure), (size, status, socket.CloseStatus));
    }

    [Theory]
    [InlineData("/cat?stdin&stdout")]
    [InlineData("/deaf?stdin&stdout")]
    [InlineData("/flood?stdin&stdout&size=500000000")]
    public async Task Client_WhenItVanishes_IsNoticed(string path)
    {
        await using var server = await LoopbackServer.StartAsync(new() { Farewell = TimeSpan.FromSeconds(1) });
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Of(server, path), CancellationToken.None);
        await socket.SayAsync(new byte[300_000]);
        socket.Abort();
        await UntilAsync(() => !server.Ended.IsEmpty);
        Assert.NotNull(server.Ended.First());
        socket.Dispose();
    }

    [Fact]
    public async Task Input_WhenTheClientLeavesRightAfterIt_IsWhole()
    {
        await using var server = await LoopbackServer.StartAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(Of(server, "/cat?stdin&stdout"), CancellationToken.None);
        await socket.SayAsync([0, .. new byte[500_000]]);
        var closing = socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var size = 0;
        while (await socket.HearAsync() is { } message)
        {
            size += message.Length - 1;
        }

        await closing;
        Assert.Equal(500_000, size);
    }

    [Fact]
    public async Task Protocol_WhenUnknown_IsRefused()
    {
        await using var server = await LoopbackServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v3.channel.k8s.io");
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Of(server, "/cat?stdin&stdout"), CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Tunnel_WhenUsed_IsAStreamOfBytes()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var tunnel = WebSocketTunnel.Open(await ConnectByHandAsync(server.Address, "/portforward", WebSocketProtocols.Tunnel));
        var sent = new byte[3_000_000];
        new Random(4).NextBytes(sent);
        var writing = tunnel.WriteAsync(sent).AsTask();
        var heard = new byte[sent.Length];
        await tunnel.ReadExactlyAsync(heard).AsTask().WaitAsync(RawClient.Patience);
        await writing;
        Assert.Equal(sent, heard);
    }

    [Fact]
    public async Task Port_WhenForwarded_CarriesItsBytesToTheLast()
    {
        await using var server = await LoopbackServer.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = Task.Run(async () =>
        {
            using var pod = await listener.AcceptTcpClientAsync();
            await pod.GetStream().ReadExactlyAsync(new byte[4]);
            await pod.GetStream().WriteAsync(new byte[5_000_000]);
        });
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(WebSocketProtocols.Version4);
        await socket.ConnectAsync(Of(server, $"/portforward?port={port}"), CancellationToken.None);
        await socket.SayAsync(0, "GET ");
        var size = 0;
        while (await socket.HearAsync() is { } message)
        {
            size += message.Length - 1;
        }

        Assert.Equal(2 + 2 + 5_000_000, size);
        await serving;
    }

    /// <summary>.NET's own client, too, takes no protocol with a slash.</summary>
    private static async Task<WebSocket> ConnectByHandAsync(Uri address, string path, string protocol)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, address.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"));
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var one = new byte[1];
            await stream.ReadExactlyAsync(one);
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Sec-WebSocket-Protocol: {protocol}\r\n", answer.ToString(), StringComparison.OrdinalIgnoreCase);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false });
    }

    private static Uri Of(LoopbackServer server, string path) => new UriBuilder(new Uri(server.Address, path)) { Scheme = "ws" }.Uri;

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 400, "it never came");
            await Task.Delay(50);
        }
    }
}
