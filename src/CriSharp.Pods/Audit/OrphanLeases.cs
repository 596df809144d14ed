using CriSharp.Cni;
using CriSharp.Linux.Mounts;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Addresses of this node's network that no pod has any more. Other runtimes may take theirs from the same network: what is not surely ours
/// is taken back only where a person asks, and what somebody else still has something mounted for is not listed at all.
/// </summary>
public sealed class OrphanLeases(HostLocalLeases leases, IdOwners owners) : ILeftoverFinder
{
    public string Kind => "address";

    public IEnumerable<Finding> Find()
    {
        var given = leases.List();
        var mounts = MountTable.Read();
        foreach (var lease in given.Where(lease => !owners.Owns(lease.ContainerId)))
        {
            var isOurs = owners.WasOurs(lease.ContainerId);
            if (isOurs || !owners.IsElsewhere(lease.ContainerId, mounts))
            {
                yield return new Finding(Kind, lease.Address, $"network {lease.Network} has given it to {Shorten(lease.ContainerId)}, which is no pod of this instance")
                {
                    OwnerId = Oci.ContainerId.TryParse(lease.ContainerId, out _) ? lease.ContainerId : null,
                    Removal = isOurs ? Removal.Sure : Removal.WhenAsked,
                    Since = lease.Since,
                };
            }
        }
    }

    public async Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        foreach (var lease in leases.List().Where(lease => lease.Address == finding.Subject && !owners.Owns(lease.ContainerId)))
        {
            await HostLocalLeases.RemoveAsync(lease, cancellationToken);
        }
    }

    private static string Shorten(string id) => id.Length <= 64 ? id : id[..64] + "...";
}
