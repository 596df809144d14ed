using CriSharp.Cni;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Networks;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Ports of this network's bridge that no pod's recorded result names. One whose other end lies in a namespace that somebody else has pinned may be
/// another runtime's, and is passed over; while a pod is being attached nothing can be told at all.
/// </summary>
public sealed class OrphanInterfaces(HostInterfaces interfaces, PodsOptions options) : ILeftoverFinder
{
    private const string NetworkNamespace = "net:";

    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "interface";

    public IEnumerable<Finding> Find()
    {
        var ports = interfaces.Bridges().SelectMany(bridge => NetworkLink.PortsOf(bridge).Select(port => (Bridge: bridge, Name: port))).ToArray();
        if (ports.Length == 0 || Known() is not { } known)
        {
            yield break;
        }

        var isShared = IsNamespacePinnedElsewhere(MountTable.Read());
        foreach (var port in ports.Where(port => !known.Contains(port.Name)))
        {
            var peer = NetworkLink.PeerOf(port.Name);
            if (peer is not null || !isShared)
            {
                var where = peer is null ? "lies in a namespace that no pod of this instance has" : $"is {peer} on the host";
                yield return new Finding(Kind, port.Name, $"no pod's network result names this port of bridge {port.Bridge}; its other end {where}")
                {
                    Removal = Removal.WhenAsked,
                };
            }
        }
    }

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (Known() is { } known && !known.Contains(finding.Subject))
        {
            NetworkLink.Delete(finding.Subject);
        }

        return Task.CompletedTask;
    }

    /// <returns>Null where one of them can't be told.</returns>
    private HashSet<string>? Known()
    {
        var known = new HashSet<string>();
        var networks = Directories(_folders.SandboxRecords)
            .Concat(new LeftAlone(_folders).Sandboxes.Select(record => record.Path))
            .Select(directory => Path.Combine(directory, InstanceFolders.NetworkFolder));
        foreach (var network in networks.Concat(Directories(_folders.NetworkDebts)))
        {
            if (HostInterfaces.Of(network) is not { } names)
            {
                return null;
            }

            known.UnionWith(names);
        }

        return known;
    }

    private bool IsNamespacePinnedElsewhere(IReadOnlyList<MountEntry> mounts)
    {
        var ours = InstanceMounts.Roots(_folders);
        return mounts.Any(mount => mount.Type == "nsfs" && mount.Root.StartsWith(NetworkNamespace, StringComparison.Ordinal)
            && !ours.Any(root => InstanceMounts.IsAtOrBelow(mount.Target, root)));
    }

    private static IEnumerable<string> Directories(string parent) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [];
}
