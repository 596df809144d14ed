using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CniPort = CriSharp.Cni.PortMapping;
using CriPort = CriSharp.Cri.V1.PortMapping;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class SandboxAttachmentTests
{
    [Theory]
    [InlineData(Protocol.Tcp, PortProtocol.Tcp)]
    [InlineData(Protocol.Udp, PortProtocol.Udp)]
    [InlineData(Protocol.Sctp, PortProtocol.Sctp)]
    public void Port_OfEachProtocol_IsTheNetworks(Protocol asked, PortProtocol told) => Assert.Equal(
        new CniPort(told, 80, 8080, "10.0.0.1"),
        PortOf(new CriPort { Protocol = asked, ContainerPort = 80, HostPort = 8080, HostIp = "10.0.0.1" }));

    [Fact]
    public void Port_WithoutAnAddress_AnswersOnAll() =>
        Assert.Equal(new CniPort(PortProtocol.Tcp, 80, 8080), PortOf(new CriPort { ContainerPort = 80, HostPort = 8080 }));

    private static CniPort PortOf(CriPort asked)
    {
        var record = Samples.Sandbox();
        record.Config.PortMappings.Add(asked);
        return Assert.Single(SandboxAttachment.RequestFor(record, new InstanceFolders("/var/lib/crisharp", "/run/crisharp")).PortMappings);
    }
}
