using CriSharp.Linux.Networks;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Networks;

public sealed class NetworkLinkTests : IDisposable
{
    private readonly string _bridge = Name();
    private readonly string _port = Name();
    private readonly string _peer = Name();

    public void Dispose()
    {
        NetworkLink.Delete(_port);
        NetworkLink.Delete(_bridge);
    }

    [Fact]
    public async Task Links_WhenMadeAndDeleted_AreSeen()
    {
        await IpAsync("link", "add", _bridge, "type", "bridge");
        await IpAsync("link", "add", _port, "type", "veth", "peer", "name", _peer);
        await IpAsync("link", "set", _port, "master", _bridge);

        Assert.Equal([_port], NetworkLink.PortsOf(_bridge));
        Assert.Equal((_peer, _port), (NetworkLink.PeerOf(_port), NetworkLink.PeerOf(_peer)));
        Assert.Null(NetworkLink.PeerOf("lo"));

        NetworkLink.Delete(_port);

        Assert.Empty(NetworkLink.PortsOf(_bridge));
        Assert.False(NetworkLink.Exists(_peer));
        NetworkLink.Delete(_port);
    }

    [Fact]
    public void Delete_WhenTheKernelRefuses_SaysWhat() => Assert.Contains("lo", Assert.Throws<LinuxException>(() => NetworkLink.Delete("lo")).Message);

    private static string Name() => "crs" + Guid.NewGuid().ToString("N")[..8];

    private static async Task IpAsync(params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = "/sbin/ip", Arguments = arguments, Environment = ["PATH=/sbin:/bin"], TimeLimit = TimeSpan.FromSeconds(30) }, CancellationToken.None);
        Assert.True(output.Exit.IsSuccess, output.StandardErrorText);
    }
}
