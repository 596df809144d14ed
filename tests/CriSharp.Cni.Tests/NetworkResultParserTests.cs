using System.Text.Json;

namespace CriSharp.Cni.Tests;

public sealed class NetworkResultParserTests
{
    [Theory]
    // Dual stack, with the host's ends of the bridge among the interfaces.
    [InlineData("""{"interfaces":[{"name":"cni0"},{"name":"veth1","mac":"02:00:00:00:00:01"},{"name":"eth0","mac":"x","sandbox":"/run/ns"}],"ips":[{"address":"10.0.0.2/24","interface":2},{"address":"fd00::2/64","interface":2},{"address":"10.0.0.2/24","interface":2}]}""", "10.0.0.2 fd00::2")]
    // 0.3.x has a version beside each address; an address without interface is the sandbox's.
    [InlineData("""{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.0.0.2/24"}]}""", "10.0.0.2")]
    // Other interfaces of the pod and the host's own addresses are not the pod's.
    [InlineData("""{"interfaces":[{"name":"eth0","sandbox":""},{"name":"net1","sandbox":"/run/ns"},{"name":"eth0","sandbox":"/run/ns"}],"ips":[{"address":"1.1.1.1/32","interface":0},{"address":"2.2.2.2/32","interface":1},{"address":"3.3.3.3/32","interface":2}]}""", "3.3.3.3")]
    [InlineData("""{"interfaces":null,"ips":[{"address":"10.0.0.2/24","interface":null}],"unknown":{"a":[1,2]}}""", "10.0.0.2")]
    public void Parse_WhenAResultIsGood_ThePodsAddressesAreFound(string json, string ips) =>
        Assert.Equal(ips, string.Join(' ', Parse(json).Ips));

    [Theory]
    [InlineData("""{"ips":[]}""")]
    [InlineData("""{"ips":[{"address":"10.0.0.2"}]}""")]
    [InlineData("""{"ips":[{"address":"10.0.0.2/33"}]}""")]
    [InlineData("""{"ips":[{"address":"fd00::1/129"}]}""")]
    [InlineData("""{"ips":[{"address":7}]}""")]
    [InlineData("""{"ips":[7]}""")]
    [InlineData("""{"ips":{"address":"10.0.0.2/24"}}""")]
    [InlineData("""{"interfaces":[{"name":"eth0","sandbox":"x"}],"ips":[{"address":"10.0.0.2/24","interface":-1}]}""")]
    [InlineData("""{"interfaces":[{"name":"eth0","sandbox":"x"}],"ips":[{"address":"10.0.0.2/24","interface":"0"}]}""")]
    [InlineData("""{"interfaces":[{"name":["eth0"]}],"ips":[{"address":"10.0.0.2/24"}]}""")]
    public void Parse_WhenAResultIsHostile_IsRefused(string json) => Assert.Throws<FormatException>(() => Parse(json));

    [Fact]
    public void Parse_WhenAListIsTooLong_IsRefused() =>
        Assert.Throws<FormatException>(() => Parse($$"""{"ips":[{{string.Join(',', Enumerable.Repeat("""{"address":"10.0.0.2/24"}""", 65))}}]}"""));

    private static NetworkResult Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return NetworkResultParser.Parse(document.RootElement.Clone(), "eth0");
    }
}
