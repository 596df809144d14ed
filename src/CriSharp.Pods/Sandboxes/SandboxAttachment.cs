using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Persistence;
using CniPort = CriSharp.Cni.PortMapping;
using CriPort = CriSharp.Cri.V1.PortMapping;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What the network is told of a pod sandbox: made from its record alone, so that a DEL after any restart says the same as the ADD.</summary>
internal static class SandboxAttachment
{
    public static CniRequest RequestFor(PodSandboxRecord record, InstanceFolders folders) => new()
    {
        ContainerId = record.Id.ToString(),
        NetNsPath = NamespacePins.PathOf(folders.NamespacesOf(record.Id), NamespaceKinds.Network),
        CacheDirectory = folders.NetworkOf(record.Id),
        PodName = record.Key.Name,
        PodNamespace = record.Key.Namespace,
        PodUid = record.Key.Uid,
        PortMappings = [.. record.Config.PortMappings.Select(PortOf)],
        Bandwidth = PodBandwidth.Of(record.Config),
        Dns = record.Config.DnsConfig is { } dns ? new PodDns(dns.Servers, dns.Searches, dns.Options) : PodDns.None,
        CgroupPath = record.Config.Linux?.CgroupParent ?? "",
        Annotations = record.Config.Annotations.ToDictionary(),
    };

    private static CniPort PortOf(CriPort mapping) => new(
        mapping.Protocol switch
        {
            Protocol.Udp => PortProtocol.Udp,
            Protocol.Sctp => PortProtocol.Sctp,
            _ => PortProtocol.Tcp,
        },
        mapping.ContainerPort,
        mapping.HostPort,
        mapping.HostIp.Length > 0 ? mapping.HostIp : null);
}
