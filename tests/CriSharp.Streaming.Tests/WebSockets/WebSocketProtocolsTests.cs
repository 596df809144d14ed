using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

public sealed class WebSocketProtocolsTests
{
    [Theory]
    [InlineData("v5.channel.k8s.io", "v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io,v5.channel.k8s.io", "v4.channel.k8s.io")]
    [InlineData("v3.channel.k8s.io,v2.channel.k8s.io,channel.k8s.io", "channel.k8s.io")]
    [InlineData("something,base64.channel.k8s.io,v5.channel.k8s.io", "base64.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io", "v4.base64.channel.k8s.io")]
    [InlineData("v3.channel.k8s.io,v2.channel.k8s.io", null)]
    [InlineData("V5.channel.k8s.io", null)]
    [InlineData("SPDY/3.1+portforward.k8s.io", null)]
    [InlineData(" ", null)]
    public void ProcessProtocol_WhenOffered_IsTheClientsFirst(string offered, string? chosen) =>
        Assert.Equal(chosen, WebSocketProtocols.Choose(offered.Split(','), WebSocketProtocols.Process));

    [Theory]
    [InlineData("SPDY/3.1+portforward.k8s.io", "SPDY/3.1+portforward.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io,v4.channel.k8s.io", "v4.base64.channel.k8s.io")]
    [InlineData("v5.channel.k8s.io", null)]
    [InlineData("channel.k8s.io", null)]
    [InlineData("portforward.k8s.io", null)]
    public void PortForwardProtocol_WhenOffered_IsTheClientsFirst(string offered, string? chosen) =>
        Assert.Equal(chosen, WebSocketProtocols.Choose(offered.Split(','), WebSocketProtocols.PortForward));

    [Fact]
    public void Protocol_WhenNoneIsOffered_IsTheOldest()
    {
        Assert.Equal(WebSocketProtocols.None, WebSocketProtocols.Choose([], WebSocketProtocols.Process));
        Assert.Equal(WebSocketProtocols.None, WebSocketProtocols.Choose([], WebSocketProtocols.PortForward));
        Assert.Null(WebSocketProtocols.Choose([""], WebSocketProtocols.Process));
    }

    [Fact]
    public void ChannelProtocol_WhenOfAnAcceptedName_Exists()
    {
        Assert.All(WebSocketProtocols.Process, name => Assert.Equal(name.StartsWith('v'), ChannelProtocol.Of(name).HasStatus));
        Assert.Throws<ArgumentException>(() => ChannelProtocol.Of(WebSocketProtocols.Tunnel));
    }
}
