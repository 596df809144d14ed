using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using CriSharp.Streaming.Tests.WebSockets;

namespace CriSharp.Streaming.Tests.ForeignClients;

public sealed class ForeignWebSocketTests
{
    private const int Size = 20_000_000;

    [NodeTheory]
    [InlineData("v5.channel.k8s.io", "v5.channel.k8s.io")]
    [InlineData("v3.channel.k8s.io,v5.channel.k8s.io,v4.channel.k8s.io", "v5.channel.k8s.io")]
    public async Task Cat_WhenItsInputIsEnded_GivesAllBackAndItsStatus(string offered, string chosen)
    {
        await using var server = await LoopbackServer.StartAsync();
        var heard = await ForeignClient.TalkAsync(Of(server, "/cat?stdin&stdout"), offered, $"{Size}", "end");
        Assert.Equal((chosen, 1000), (heard.GetProperty("protocol").GetString(), heard.GetProperty("code").GetInt32()));
        Assert.Equal(Size, heard.GetProperty("sizes").GetProperty("1").GetInt32());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(new byte[Size])), heard.GetProperty("hashes").GetProperty("1").GetString());
        Assert.Equal("{\"status\":\"Success\"}", Channel(heard, "3"));
    }

    [NodeTheory]
    [InlineData("", "")]
    [InlineData("channel.k8s.io", "channel.k8s.io")]
    [InlineData("base64.channel.k8s.io", "base64.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io", "v4.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io", "v4.base64.channel.k8s.io")]
    public async Task Exit_WhenItComes_IsToldInEachVersion(string offered, string chosen)
    {
        await using var server = await LoopbackServer.StartAsync();
        var heard = await ForeignClient.TalkAsync(Of(server, "/exit?stdin&stdout&stderr"), offered, "ignored", "none");
        Assert.Equal((chosen, 1000), (heard.GetProperty("protocol").GetString(), heard.GetProperty("code").GetInt32()));
        Assert.Equal(("out", "err"), (Channel(heard, "1"), Channel(heard, "2")));
        Assert.Equal(chosen.StartsWith('v'), heard.GetProperty("channels").TryGetProperty("3", out var status) && status.GetString()!.Contains("ExitCode", StringComparison.Ordinal));
    }

    [NodeTheory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io")]
    public async Task Cat_WhenTheClientSaysGoodbye_HasSeenAllOfItsInput(string protocol)
    {
        await using var server = await LoopbackServer.StartAsync();
        var heard = await ForeignClient.TalkAsync(Of(server, "/cat?stdin&stdout"), protocol, "300000", "close");
        Assert.Equal(300_000, heard.GetProperty("sizes").GetProperty("1").GetInt32());
    }

    [NodeFact]
    public async Task Protocol_WhenUnknown_IsForbidden()
    {
        await using var server = await LoopbackServer.StartAsync();
        Assert.Equal(403, (await ForeignClient.TalkAsync(Of(server, "/cat?stdin&stdout"), "v3.channel.k8s.io", "", "none")).GetProperty("refused").GetInt32());
    }

    [NodeTheory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io")]
    public async Task Port_WhenForwarded_AnswersToTheLastByte(string protocol)
    {
        await using var server = await LoopbackServer.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = Task.Run(async () =>
        {
            using var pod = await listener.AcceptTcpClientAsync();
            await pod.GetStream().ReadExactlyAsync(new byte[5]);
            await pod.GetStream().WriteAsync(new byte[2_000_000]);
        });
        var heard = await ForeignClient.TalkAsync(Of(server, $"/portforward?port={port}"), protocol, "hello", "none");
        await serving;
        Assert.Equal(1000, heard.GetProperty("code").GetInt32());
        Assert.Equal((2_000_002, 2), (heard.GetProperty("sizes").GetProperty("0").GetInt32(), heard.GetProperty("sizes").GetProperty("1").GetInt32()));
        Assert.Equal([(char)(port & 0xff), (char)(port >> 8)], Channel(heard, "1")!.ToCharArray());
    }

    private static string? Channel(JsonElement heard, string channel) => heard.GetProperty("channels").GetProperty(channel).GetString();

    private static Uri Of(LoopbackServer server, string path) => new UriBuilder(new Uri(server.Address, path)) { Scheme = "ws" }.Uri;
}
