using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

public sealed class ResolvConfTests
{
    [Fact]
    public void Format_OfAFullConfig_HasALinePerKind()
    {
        var config = new DNSConfig { Servers = { "10.96.0.10", "fd00::a", "fe80::1%eth0", "::ffff:1.2.3.4", "1.1.1.1" }, Searches = { "shop.svc", "svc" }, Options = { "ndots:5", "edns0" } };

        Assert.Equal(
            "search shop.svc svc\nnameserver 10.96.0.10\nnameserver fd00::a\nnameserver fe80::1%eth0\nnameserver ::ffff:1.2.3.4\nnameserver 1.1.1.1\noptions ndots:5 edns0\n",
            ResolvConf.Format(config));
    }

    [Fact]
    public void Format_OfAnEmptyConfig_LeavesItToTheHost()
    {
        Assert.Null(ResolvConf.Format(null));
        Assert.Null(ResolvConf.Format(new DNSConfig()));
    }

    [Theory]
    [InlineData("1.1.1.1\nnameserver 6.6.6.6")]
    [InlineData("dns.example")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("[fd00::a]:53")]
    [InlineData("")]
    public void Server_ThatIsNoAddress_IsRefused(string server) => Refused.Invalid("server", () => ResolvConf.Format(new DNSConfig { Servers = { server } }));

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nnameserver 6.6.6.6")]
    [InlineData("a\tb")]
    [InlineData("#a")]
    [InlineData("")]
    public void Word_ThatWouldBeTwo_IsRefused(string word)
    {
        Refused.Invalid("search", () => ResolvConf.Format(new DNSConfig { Searches = { word } }));
        Refused.Invalid("option", () => ResolvConf.Format(new DNSConfig { Options = { word } }));
    }
}
