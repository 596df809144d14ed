using CriSharp.Linux.Namespaces;

namespace CriSharp.Linux.Tests.Namespaces;

public sealed class SysctlNameTests
{
    [Theory]
    [InlineData("net.ipv4.ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net/ipv4/ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding")]
    [InlineData("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding")]
    public void Parse_WhenEitherSeparatorComesFirst_ItSeparates(string name, string path) => Assert.Equal(path, SysctlName.Parse(name).RelativePath);

    [Theory]
    [InlineData("")]
    [InlineData("/kernel/core_pattern")]
    [InlineData("net/../kernel/core_pattern")]
    [InlineData("net.//.kernel.core_pattern")]
    [InlineData("net..ipv4")]
    [InlineData("net.ipv4.")]
    [InlineData("net.ipv4.ip_forward=1+kernel.core_pattern")]
    [InlineData("net.ipv4.ip_forward\n")]
    [InlineData("net.ipv4.ip forward")]
    public void Parse_WhenTheNameCouldReachElsewhere_IsRefused(string name) => Assert.Throws<FormatException>(() => SysctlName.Parse(name));
}
