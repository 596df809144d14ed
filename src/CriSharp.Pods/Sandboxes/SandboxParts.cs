using CriSharp.Cni;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// What a pod sandbox is made of: pinned namespaces, files, its place in the network, and an infra process where its containers share one
/// PID namespace. Each part is found again by the sandbox's id alone, so that it can be given back after any crash.
/// </summary>
public sealed partial class SandboxParts(
    PodsOptions options, SandboxNetwork network, NetworkDebts debts, InfraContainer infra, PodCgroups cgroups, ILogger<SandboxParts> logger)
{
    private readonly InstanceFolders _folders = options.Folders;
    private readonly SandboxFiles _files = new(options.Folders, options.HostResolvConf);

    internal async Task<SandboxState.Ready> MakeAsync(PodSandboxRecord record, Rollback rollback)
    {
        rollback.Add("remove the files", () => RemoveRest(record));

        rollback.Add("release the namespaces", () => ReleaseNamespaces(record.Id));
        Operation.At("namespaces");
        await MakeNamespacesAsync(record);

        rollback.Add("unmount the files and the shared memory", () => _files.Unmount(record.Id));
        Operation.At("files");
        _files.Make(record);

        Operation.At("cgroup");
        cgroups.Make(record);

        var ips = await AttachAsync(record, rollback);
        Operation.At("hosts file");
        _files.WriteHosts(record, ips);
        if (!record.NeedsInfra)
        {
            return new SandboxState.Ready(ips, null);
        }

        rollback.Add("end the infra process", async cancellationToken => await infra.RemoveAsync(record, cancellationToken));
        Operation.At("infra process");
        return new SandboxState.Ready(ips, await infra.LaunchAsync(record));
    }

    internal void WatchInfra(PodSandbox sandbox)
    {
        if (sandbox.Record.NeedsInfra)
        {
            infra.Watch(sandbox);
        }
    }

    /// <summary>
    /// Gives back what others could use: the infra process, the memory, the address, the namespaces. Idempotent. The address is owed,
    /// durable, once this returns; see <see cref="WaitForNetworkAsync"/>.
    /// </summary>
    internal async Task ReleaseAsync(PodSandboxRecord record, CancellationToken cancellationToken)
    {
        if (record.NeedsInfra)
        {
            Operation.At("end of the infra process");
            await infra.RemoveAsync(record, cancellationToken);
        }

        Operation.At("shared memory");
        _files.Unmount(record.Id);
        Operation.At("end of the network");
        debts.Owe(record);
        Operation.At("release of the namespaces");
        ReleaseNamespaces(record.Id);
    }

    /// <summary>Whether the network still has to be told that the sandbox is gone, and nobody else will.</summary>
    internal bool IsAttached(PodSandboxRecord record) => SandboxNetwork.IsAttached(_folders.NetworkOf(record.Id));

    /// <summary>Until the network's plugins have been called once, or longer than they may take. Their failure is not the caller's.</summary>
    internal Task WaitForNetworkAsync(PodSandboxRecord record, CancellationToken cancellationToken) => debts.WaitAsync(record.Id, cancellationToken);

    /// <summary>The files, and the cgroup where it is ours. Idempotent.</summary>
    internal void RemoveRest(PodSandboxRecord record)
    {
        Operation.At("removal of the files");
        _files.Remove(record.Id);
        Operation.At("removal of the cgroup");
        cgroups.Remove(record);
    }

    // While the network is owed its namespace is the debt's: plugins read there what they have to undo on the host.
    private void ReleaseNamespaces(PodSandboxId id)
    {
        NamespacePins.Unpin(_folders.NamespacesOf(id), NamespaceKinds.Ipc | NamespaceKinds.Uts | NamespaceKinds.User);
        if (!debts.IsOwed(id))
        {
            NamespacePins.Unpin(_folders.NamespacesOf(id), NamespaceKinds.Network);
        }
    }

    private async Task MakeNamespacesAsync(PodSandboxRecord record)
    {
        var kinds = (record.HasHostNetwork ? NamespaceKinds.None : NamespaceKinds.Network | NamespaceKinds.Uts)
            | (record.HasHostIpc ? NamespaceKinds.None : NamespaceKinds.Ipc);
        if (kinds == NamespaceKinds.None)
        {
            return;
        }

        var userNamespace = PodUserNamespace.Of(record);
        if (userNamespace is not null)
        {
            UserNamespaceFolders.OpenWay(_folders);
        }

        var request = new NamespaceRequest
        {
            Kinds = kinds,
            User = userNamespace is null ? null : new UserNamespaceRequest(options.PausePath, userNamespace.Users, userNamespace.Groups),
            HostName = kinds.HasFlag(NamespaceKinds.Uts) ? SandboxFiles.HostnameOf(record) : null,
            Sysctls = [.. record.Config.Linux?.Sysctls ?? []],
        };
        try
        {
            await NamespacePins.CreateAsync(_folders.NamespacesOf(record.Id), request);
        }
        catch (SysctlException refused)
        {
            throw SysctlRefusal.Of(refused);
        }
    }

    private async Task<IReadOnlyList<string>> AttachAsync(PodSandboxRecord record, Rollback rollback)
    {
        if (record.HasHostNetwork)
        {
            return [];
        }

        var request = SandboxAttachment.RequestFor(record, _folders);
        rollback.Add("detach from the network", async cancellationToken =>
        {
            debts.Owe(record);
            await Task.WhenAny(debts.WaitAsync(record.Id, cancellationToken));
        });
        Operation.At("network");
        var result = await network.AddAsync(request, CancellationToken.None);
        if (result.HostPortsUnserved)
        {
            HostPortsUnserved(logger, record.Id);
        }

        return [.. result.Ips.Select(ip => ip.ToString())];
    }

    [LoggerMessage(40, LogLevel.Warning, "Pod sandbox {Sandbox} asks for host ports, but no plugin of its network has the capability portMappings: nothing here serves them")]
    private static partial void HostPortsUnserved(ILogger logger, PodSandboxId sandbox);
}
