using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CriSharp.Grpc.Tests.Probe;
using Grpc.Core;

namespace CriSharp.Grpc.Tests;

/// <summary>What no well-behaved client sends.</summary>
public sealed class WireTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    private const string Echo = "/probe.Prober/Echo";

    // Payload { body = "hi" }: field 1, two bytes.
    private static readonly byte[] Message = [0x0A, 2, (byte)'h', (byte)'i'];

    public static TheoryData<string, byte[], StatusCode> BadBodies => new()
    {
        { "nothing", [], StatusCode.Internal },
        { "half a prefix", [0, 0, 0], StatusCode.Internal },
        { "half a message", [0, 0, 0, 0, 4, 0x0A], StatusCode.Internal },
        { "an unknown flag", [7, 0, 0, 0, 0], StatusCode.Internal },
        { "two messages", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], StatusCode.Internal },
        { "four gigabytes announced", [0, 0xFF, 0xFF, 0xFF, 0xFF], StatusCode.ResourceExhausted },
        { "no protobuf", [0, 0, 0, 0, 2, 0xFF, 0xFF], StatusCode.Internal },
        { "compressed, by nothing that was named", [1, 0, 0, 0, 0], StatusCode.Unimplemented },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Echo_WhenTheBodyIsNoMessage_FailsClearly(string what, byte[] body, StatusCode expected)
    {
        var (code, message) = await CallAsync(ProbeServer.Request(Echo, new ByteArrayContent(body)));
        Assert.True(code == expected, $"{what}: {code} {message}");
        Assert.NotEmpty(message);
    }

    [Fact]
    public async Task Echo_WhenTheRequestIsGzip_IsUnderstood()
    {
        var request = ProbeServer.Request(Echo, new ByteArrayContent(Compressed(Message)));
        request.Headers.Add("grpc-encoding", "gzip");
        Assert.Equal(StatusCode.OK, (await CallAsync(request)).Code);
    }

    [Fact]
    public async Task Echo_WhenGzipUnfoldsToMoreThanAllowed_IsResourceExhausted()
    {
        var request = ProbeServer.Request(Echo, new ByteArrayContent(Compressed(new byte[GrpcLimits.MessageBytes + 1])));
        request.Headers.Add("grpc-encoding", "gzip");
        Assert.Equal(StatusCode.ResourceExhausted, (await CallAsync(request)).Code);
    }

    [Fact]
    public async Task Echo_WhenGzipIsNone_IsInternal()
    {
        var request = ProbeServer.Request(Echo, new ByteArrayContent([1, 0, 0, 0, 3, 1, 2, 3]));
        request.Headers.Add("grpc-encoding", "gzip");
        Assert.Equal(StatusCode.Internal, (await CallAsync(request)).Code);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("S")]
    public async Task Echo_WhenTheTimeoutCantBeRead_IsInternal(string timeout)
    {
        var request = ProbeServer.Request(Echo, new ByteArrayContent([0, 0, 0, 0, 0]));
        request.Headers.Add("grpc-timeout", timeout);
        Assert.Equal(StatusCode.Internal, (await CallAsync(request)).Code);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/grpc-web")]
    [InlineData("application/json")]
    public async Task Echo_WhenTheContentTypeIsAnother_Is415(string contentType)
    {
        using var client = server.RawClient();
        var content = new ByteArrayContent([0, 0, 0, 0, 0]);
        content.Headers.ContentType = new(contentType);
        using var response = await client.SendAsync(ProbeServer.Request(Echo, content), CancellationToken.None);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Echo_WhenAskedByGet_Is405()
    {
        using var client = server.RawClient();
        var request = ProbeServer.Request(Echo, new ByteArrayContent([]));
        request.Method = HttpMethod.Get;
        request.Content = null;
        using var response = await client.SendAsync(request, CancellationToken.None);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame of HTTP/2 at all")]
    public async Task Server_WhenSentGarbage_ClosesThatConnectionAndServesOthers(string start)
    {
        using (var socket = await server.ConnectAsync())
        {
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(start));
            await SendGarbageAsync(socket);
            await ReadToCloseAsync(socket).WaitAsync(ProbeServer.Patience);
        }

        Assert.Equal("alive", (await server.Client.EchoAsync(ProberService.Text("alive"))).Body.ToStringUtf8());
    }

    private static byte[] Compressed(byte[] message)
    {
        using var stream = new MemoryStream();
        stream.Write([1, 0, 0, 0, 0]);
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        var frame = stream.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        return frame;
    }

    private static async Task SendGarbageAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync(RandomNumberGenerator.GetBytes(64 * 1024));
        }
        catch (SocketException)
        {
            // Closed before all of it was sent: just what is wanted.
        }
    }

    private static async Task ReadToCloseAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset instead of closed.
        }
    }

    private async Task<(StatusCode Code, string Message)> CallAsync(HttpRequestMessage request)
    {
        using var client = server.RawClient();
        using var response = await client.SendAsync(request, CancellationToken.None).WaitAsync(ProbeServer.Patience);
        return await ProbeServer.StatusOfAsync(response);
    }
}
