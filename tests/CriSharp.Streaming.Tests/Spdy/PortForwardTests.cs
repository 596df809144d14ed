using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>Through real sockets on the pod's side.</summary>
public sealed class PortForwardTests : IAsyncLifetime, IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Both _both = new();
    private Task _serving = Task.CompletedTask;
    private int _open;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Task InitializeAsync()
    {
        _listener.Start(1024);
        _serving = SpdyPortForward.ServeAsync(_both.Server, ConnectAsync, default);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _both.Client.DisposeAsync();
        await _serving.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, Volatile.Read(ref _open));
        await _both.DisposeAsync();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Connection_WhenTheClientEndsItsHalf_StillGetsTheAnswer()
    {
        var (error, content) = await OpenAsync("0", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        await content.WriteAsync("question"u8.ToArray());
        content.EndWrites();
        Assert.Equal("question"u8.ToArray(), await Bytes.ReadAllAsync(pod.GetStream()));
        await pod.GetStream().WriteAsync("answer"u8.ToArray());
        pod.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer"u8.ToArray(), await Bytes.ReadAllAsync(content));
        Assert.Empty(await Bytes.ReadAllAsync(error));
    }

    [Fact]
    public async Task Connection_WhenThePodEndsItsHalf_StillGetsTheRest()
    {
        var (error, content) = await OpenAsync("0", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        var podStream = pod.GetStream();
        pod.Client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await Bytes.ReadAllAsync(content));
        var rest = Bytes.Random(1_000_000, seed: 4);
        var writing = content.WriteAsync(rest).AsTask();
        var reading = Bytes.ReadAllAsync(podStream);
        await writing;
        content.EndWrites();
        Assert.Equal(rest, await reading);
        Assert.Empty(await Bytes.ReadAllAsync(error));
    }

    [Fact]
    public async Task Connection_WhenTheClientResetsIt_IsClosedInThePod()
    {
        var (error, content) = await OpenAsync("0", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        content.Reset(SpdyStatus.Cancel);
        Assert.Empty(await Bytes.ReadAllAsync(error));
        await EndedAsync(pod);
    }

    [Fact]
    public async Task Connection_WhenTheClientResetsItAfterTheEndOfItsHalf_IsClosedInThePod()
    {
        var (_, content) = await OpenAsync("0", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        content.EndWrites();
        Assert.Empty(await Bytes.ReadAllAsync(pod.GetStream()));
        content.Reset(SpdyStatus.Cancel);
        await AllClosedAsync();
    }

    [Fact]
    public async Task Connection_WhenTheClientEndsItsHalfAndThePodSaysNothing_EndsAfterATime()
    {
        await BeginAnewAsync(new() { AnswerTimeout = TimeSpan.FromMilliseconds(300) });
        var (_, content) = await OpenAsync("0", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        await Task.Delay(600);
        // While the client may still say something, silence is no end.
        Assert.Equal(1, Volatile.Read(ref _open));
        content.EndWrites();
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(content));
        await AllClosedAsync();
    }

    [Fact]
    public async Task Connection_WhenThePodResetsIt_IsResetForTheClientWithoutWords()
    {
        var (error, content) = await OpenAsync("0", Port);
        var pod = await _listener.AcceptTcpClientAsync();
        // A reset that comes before this side knows that it is connected is a failed connect, which is told in words.
        await pod.GetStream().WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await content.ReadAsync(new byte[1]));
        pod.Client.Close(0);
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(content));
        Assert.Empty(await Bytes.ReadAllAsync(error));
    }

    [Fact]
    public async Task Port_WhereNobodyListens_IsToldAndLeavesTheOthers()
    {
        var (goodError, good) = await OpenAsync("1", Port);
        using var pod = await _listener.AcceptTcpClientAsync();
        var (error, content) = await OpenAsync("2", 1);
        Assert.Equal("error forwarding port 1: nobody listens", Encoding.UTF8.GetString(await Bytes.ReadAllAsync(error)));
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(content));
        await pod.GetStream().WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await good.ReadAsync(new byte[1]));
        good.EndWrites();
        pod.Dispose();
        Assert.Empty(await Bytes.ReadAllAsync(goodError));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("http")]
    [InlineData("")]
    public async Task Port_WhichIsNone_IsReset(string port) =>
        await Assert.ThrowsAsync<SpdyException>(() => OpenOneAsync("error", "0", port));

    [Fact]
    public async Task Half_WithoutItsPartner_IsResetAfterATime()
    {
        await BeginAnewAsync(new() { StreamTimeout = TimeSpan.FromMilliseconds(300) });
        var error = await OpenOneAsync("error", "0", $"{Port}");
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(error));
        var content = await OpenOneAsync("data", "0", $"{Port}");
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(content));
    }

    [Fact]
    public async Task Half_ThatIsThereAlready_IsResetAndThePairGoesOn()
    {
        await OpenOneAsync("error", "0", $"{Port}");
        var second = await OpenOneAsync("error", "0", $"{Port}");
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(second));
        await OpenOneAsync("data", "0", $"{Port}");
        using var pod = await _listener.AcceptTcpClientAsync();
    }

    [Fact]
    public async Task Pairs_WithoutRequestIds_AreFoundByTheirStreams()
    {
        await OpenOneAsync("error", null, $"{Port}");
        var content = await OpenOneAsync("data", null, $"{Port}");
        using var pod = await _listener.AcceptTcpClientAsync();
        await content.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await pod.GetStream().ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Connections_AThousandInOneSession_AllEchoAndLeaveNothing()
    {
        var echoing = EchoAllAsync(1000);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(UseAsync));
        await echoing;

        async Task UseAsync(int request)
        {
            var (error, content) = await OpenAsync($"{request}", Port);
            var bytes = Bytes.Random(5000, request);
            await content.WriteAsync(bytes);
            content.EndWrites();
            Assert.Equal(bytes, await Bytes.ReadAllAsync(content));
            Assert.Empty(await Bytes.ReadAllAsync(error));
            await content.DisposeAsync();
            await error.DisposeAsync();
        }
    }

    private static async Task EndedAsync(TcpClient pod)
    {
        try
        {
            Assert.Equal(0, await pod.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }
    }

    private async Task BeginAnewAsync(SpdyOptions options)
    {
        await DisposeAsync();
        _listener.Stop();
        _both = new(options);
        await InitializeAsync();
    }

    private async Task AllClosedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Volatile.Read(ref _open) > 0)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private async Task EchoAllAsync(int count)
    {
        var echoes = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            echoes.Add(EchoAsync(await _listener.AcceptTcpClientAsync()));
        }

        await Task.WhenAll(echoes);

        static async Task EchoAsync(TcpClient pod)
        {
            using (pod)
            {
                await pod.GetStream().CopyToAsync(pod.GetStream());
            }
        }
    }

    private async Task<(SpdyStream Error, SpdyStream Content)> OpenAsync(string request, int port)
    {
        var error = await OpenOneAsync("error", request, $"{port}");
        // As clients do, which never write there.
        error.EndWrites();
        return (error, await OpenOneAsync("data", request, $"{port}"));
    }

    private Task<SpdyStream> OpenOneAsync(string type, string? request, string port)
    {
        var headers = new Dictionary<string, string> { ["streamtype"] = type, ["port"] = port };
        if (request is not null)
        {
            headers["requestid"] = request;
        }

        return _both.Client.OpenAsync(headers, default).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<IForwardedConnection> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        if (port != Port)
        {
            throw new RuntimeException(ErrorKind.Unavailable, "nobody listens");
        }

        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        Interlocked.Increment(ref _open);
        return new Connection(client, () => Interlocked.Decrement(ref _open));
    }

    private sealed class Connection(TcpClient client, Action closed) : IForwardedConnection
    {
        public Stream Stream { get; } = client.GetStream();

        public void EndWrites() => client.Client.Shutdown(SocketShutdown.Send);

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            closed();
            return default;
        }
    }
}
