using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

public sealed class PortForwardTests : IDisposable
{
    private readonly SocketPair _pair = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PortForwardTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    [Theory]
    [InlineData("")]
    [InlineData("v4.channel.k8s.io")]
    public async Task Port_WhenForwarded_SaysItsNumberAndThenItsBytes(string protocol)
    {
        var serving = ServeAsync(protocol, Port);
        using var pod = await _listener.AcceptSocketAsync();
        Assert.Equal(Port, await HearPortAsync(0));
        Assert.Equal(Port, await HearPortAsync(1));
        await _pair.Client.SayAsync(0, "GET");
        var buffer = new byte[3];
        await pod.ReceiveAsync(buffer);
        Assert.Equal("GET"u8.ToArray(), buffer);
        await pod.SendAsync("answer"u8.ToArray());
        Assert.Equal("answer", await _pair.Client.HearTextAsync(0));
        pod.Shutdown(SocketShutdown.Send);
        Assert.Null(await _pair.Client.HearAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, _pair.Client.CloseStatus);
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
        Assert.Equal(0, await pod.ReceiveAsync(buffer).WaitAsync(RawClient.Patience));
    }

    [Fact]
    public async Task Base64Port_WhenForwarded_IsBase64BothWays()
    {
        var serving = ServeAsync("v4.base64.channel.k8s.io", Port);
        using var pod = await _listener.AcceptSocketAsync();
        var number = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)Port);
        Assert.Equal("0" + Convert.ToBase64String(number), Encoding.ASCII.GetString((await _pair.Client.HearAsync())!));
        Assert.Equal("1" + Convert.ToBase64String(number), Encoding.ASCII.GetString((await _pair.Client.HearAsync())!));
        await _pair.Client.SayAsync("0cGluZw=="u8.ToArray(), WebSocketMessageType.Text);
        var buffer = new byte[4];
        await pod.ReceiveAsync(buffer);
        Assert.Equal("ping"u8.ToArray(), buffer);
        pod.Dispose();
        Assert.Null(await _pair.Client.HearAsync());
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Ports_WhenOneRefuses_AreTheOthersAllTheSame()
    {
        var serving = ServeAsync("v4.channel.k8s.io", 1, Port, Port);
        using var first = await _listener.AcceptSocketAsync();
        using var second = await _listener.AcceptSocketAsync();
        for (var channel = 0; channel < 6; channel++)
        {
            Assert.Equal(channel < 2 ? 1 : Port, await HearPortAsync((byte)channel));
        }

        Assert.Equal("error forwarding port 1: nobody listens on port 1", await _pair.Client.HearTextAsync(1));
        await _pair.Client.SayAsync([0, .. new byte[200_000]]);
        await first.SendAsync("one"u8.ToArray());
        var one = await _pair.Client.HearAsync();
        await second.SendAsync("two"u8.ToArray());
        var two = await _pair.Client.HearAsync();
        Assert.Equal<byte>([2, 4], new[] { one![0], two![0] }.Order());
        first.Dispose();
        second.Dispose();
        Assert.Null(await _pair.Client.HearAsync());
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Client_WhenItSaysGoodbye_EndsThePodsInputAfterItsLastBytes()
    {
        var serving = ServeAsync("v4.channel.k8s.io", Port);
        using var pod = await _listener.AcceptSocketAsync();
        await _pair.Client.SayAsync([0, .. new byte[100_000]]);
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(100_000, (await new NetworkStream(pod).ReadToEndAsync()).Length);
        await serving.WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Client_WhenItBreaksOff_IsForgotten()
    {
        var serving = ServeAsync("v4.channel.k8s.io", Port);
        using var pod = await _listener.AcceptSocketAsync();
        _pair.BreakUp();
        await serving.WaitAsync(RawClient.Patience);
        // An end or a reset, as the kernel sees fit.
        await Task.WhenAny(pod.ReceiveAsync(new byte[1])).WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Pod_WhenItResets_IsReported()
    {
        var serving = ServeAsync("v4.channel.k8s.io", Port);
        using var pod = await _listener.AcceptSocketAsync();
        await HearPortAsync(0);
        await HearPortAsync(1);
        pod.Close(timeout: 0);
        Assert.StartsWith($"error forwarding port {Port}: ", await _pair.Client.HearTextAsync(1), StringComparison.Ordinal);
        Assert.Null(await _pair.Client.HearAsync());
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
    }

    [Theory]
    [InlineData("v4.channel.k8s.io", 0)]
    [InlineData("v4.channel.k8s.io", 129)]
    [InlineData("v4.base64.channel.k8s.io", 41)]
    public async Task Ports_WhenNoneOrTooMany_AreRefused(string protocol, int count)
    {
        var serving = ServeAsync(protocol, [.. Enumerable.Repeat(Port, count)]);
        Assert.Null(await _pair.Client.HearAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, _pair.Client.CloseStatus);
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
    }

    [Theory]
    [InlineData("v4.channel.k8s.io", 128)]
    [InlineData("v4.base64.channel.k8s.io", 40)]
    public async Task Ports_WhenAsManyAsChannels_AreServed(string protocol, int count)
    {
        var serving = ServeAsync(protocol, [.. Enumerable.Repeat(1, count)]);
        var heard = 0;
        while (await _pair.Client.HearAsync() is not null)
        {
            heard++;
        }

        Assert.Equal(3 * count, heard);
        await ByeAsync();
        await serving.WaitAsync(RawClient.Patience);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _pair.Dispose();
    }

    private Task ServeAsync(string protocol, params int[] ports) =>
        WebSocketPortForward.ServeAsync(_pair.Server, protocol, ports, TcpConnection.ConnectAsync, CancellationToken.None);

    private Task ByeAsync() => _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    private async Task<int> HearPortAsync(byte channel)
    {
        var message = await _pair.Client.HearAsync();
        Assert.Equal(channel, message![0]);
        Assert.Equal(3, message.Length);
        return BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(1));
    }
}
