namespace CriSharp.Specs.Tests;

public sealed class SysctlRulesTests
{
    private static IReadOnlyList<SysctlSetting> Validate(string name, string value, bool hostNetwork = false, bool hostIpc = false) =>
        SysctlRules.Validate(new Dictionary<string, string> { [name] = value }, hostNetwork, hostIpc);

    [Theory]
    [InlineData("net.ipv4.ip_forward", "net/ipv4/ip_forward", "1")]
    [InlineData("net/ipv4/ip_forward", "net/ipv4/ip_forward", "1")]
    [InlineData("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding", "1")]
    [InlineData("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding", "1")]
    [InlineData("net.ipv4.ping_group_range", "net/ipv4/ping_group_range", "0 2147483647")]
    [InlineData("net.ipv4.tcp_rmem", "net/ipv4/tcp_rmem", "4096\t87380\t6291456")]
    [InlineData("kernel.shm_rmid_forced", "kernel/shm_rmid_forced", "1")]
    [InlineData("kernel.msgmax", "kernel/msgmax", "8192")]
    [InlineData("kernel.sem", "kernel/sem", "250 32000 100 128")]
    [InlineData("fs.mqueue.msg_max", "fs/mqueue/msg_max", "-1")]
    public void Sysctl_OfThePod_GetsItsPath(string name, string path, string value) =>
        Assert.Equal(new SysctlSetting(name, path, value), Assert.Single(Validate(name, value)));

    [Theory]
    [InlineData("kernel.core_pattern")]
    [InlineData("kernel.hostname")]
    [InlineData("kernel.domainname")]
    [InlineData("kernel.semaphore")]
    [InlineData("vm.swappiness")]
    [InlineData("fs.mqueue")]
    [InlineData("fs.file-max")]
    [InlineData("netx.a")]
    [InlineData("net")]
    [InlineData("")]
    [InlineData(".net.ipv4.x")]
    [InlineData("/net/ipv4/x")]
    [InlineData("net..x")]
    [InlineData("net.ipv4.x.")]
    [InlineData("net/../kernel/core_pattern")]
    [InlineData("net/./x")]
    [InlineData("net.//.kernel.core_pattern")]
    [InlineData("kernel.shm/../core_pattern")]
    [InlineData("net.ipv4.x+kernel.core_pattern")]
    [InlineData("net.ipv4.x=1")]
    [InlineData("net.ipv4.x\nkernel.core_pattern")]
    [InlineData("net.ipv4.x y")]
    [InlineData("net.ipv4.x\0")]
    [InlineData("net.ipv4.é")]
    public void Sysctl_OfTheHost_IsRefused(string name) => Refused.Invalid("sysctl", () => Validate(name, "1"));

    [Fact]
    public void Name_LongerThanAnyOfTheKernel_IsRefused()
    {
        Assert.Single(Validate("net." + new string('a', 252), "1"));
        Refused.Invalid("257 characters", () => Validate("net." + new string('a', 253), "1"));
    }

    [Theory]
    [InlineData("1+kernel.core_pattern=|/evil #")]
    [InlineData("1=2")]
    [InlineData("1\n2")]
    [InlineData("1\r")]
    [InlineData("1\0")]
    [InlineData("é")]
    [InlineData("")]
    public void Value_ThatCouldStartAnother_IsRefused_CVE_2022_0811(string value) =>
        Refused.Invalid("value", () => Validate("kernel.shm_rmid_forced", value));

    [Theory]
    [InlineData("net.ipv4.ip_forward", true, false)]
    [InlineData("kernel.shmmax", false, true)]
    [InlineData("fs.mqueue.msg_max", false, true)]
    public void Sysctl_OfASharedNamespace_IsRefused(string name, bool hostNetwork, bool hostIpc)
    {
        Refused.Invalid("would change the host", () => Validate(name, "1", hostNetwork, hostIpc));
        Assert.Single(Validate(name, "1", !hostNetwork, !hostIpc));
    }

    [Fact]
    public void Sysctl_InTwoSpellings_IsRefused() =>
        Refused.Invalid("twice", () => SysctlRules.Validate(
            new Dictionary<string, string> { ["net.ipv4.ip_forward"] = "1", ["net/ipv4/ip_forward"] = "0" }, hostNetwork: false, hostIpc: false));

    [Fact]
    public void Sysctls_ComeInOrder() => Assert.Equal(
        ["kernel/sem", "net/a", "net/b"],
        SysctlRules.Validate(
            new Dictionary<string, string> { ["net.b"] = "1", ["net.a"] = "1", ["kernel.sem"] = "1" }, hostNetwork: false, hostIpc: false).Select(s => s.Path));

    [Fact]
    public void Sysctls_OfNobody_AreNone() => Assert.Empty(SysctlRules.Validate(null, hostNetwork: true, hostIpc: true));
}
