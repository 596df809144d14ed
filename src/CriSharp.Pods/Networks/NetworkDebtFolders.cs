using System.Text.Json;
using CriSharp.Cni;
using CriSharp.Linux.Files;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Storage.Content;

namespace CriSharp.Pods.Networks;

/// <summary>
/// The debts on disk: network-debts/ID is the network folder of the sandbox as it was. It owns the sandbox's pinned network namespace,
/// since plugins read there what they have to undo on the host, and goes last.
/// </summary>
internal sealed class NetworkDebtFolders(InstanceFolders folders)
{
    private const string DebtFile = "debt.json";
    private const int LimitBytes = 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Early, so that a full disk can't keep a debt from being recorded.</summary>
    public void Prepare() => Directory.CreateDirectory(folders.NetworkDebts, OwnerOnly);

    public string PathOf(PodSandboxId id) => folders.NetworkDebtOf(id);

    public bool Has(PodSandboxId id) => Directory.Exists(PathOf(id));

    /// <summary>Takes the sandbox's attachment over: one rename, durable. Nothing to take is fine.</summary>
    public void Take(PodSandboxId id)
    {
        var network = folders.NetworkOf(id);
        if (!SandboxNetwork.IsAttached(network))
        {
            return;
        }

        Prepare();
        Directory.Move(network, PathOf(id));
        DirectorySync.Fsync(folders.NetworkDebts);
        DirectorySync.Fsync(Path.GetDirectoryName(network)!);
    }

    public IEnumerable<PodSandboxId> List()
    {
        foreach (var folder in Directory.EnumerateDirectories(folders.NetworkDebts))
        {
            if (PodSandboxId.TryParse(Path.GetFileName(folder)) is { } id)
            {
                yield return id;
            }
        }
    }

    /// <returns>Null where no try has failed yet, or what was written then can't be read: it only tells a story.</returns>
    public NetworkDebtDocument? TryRead(PodSandboxId id)
    {
        try
        {
            return HostPath.TryReadFile(Path.Combine(PathOf(id), DebtFile), LimitBytes) is { } content
                && JsonSerializer.Deserialize(content, NetworkDebtJson.Default.NetworkDebtDocument) is { Version: NetworkDebtDocument.CurrentVersion } document
                ? document
                : null;
        }
        catch (Exception failure) when (failure is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>For a debt without a story: when it came here, as far as the file system tells.</summary>
    public DateTimeOffset CameAt(PodSandboxId id) => new(Directory.GetLastWriteTimeUtc(PathOf(id)), TimeSpan.Zero);

    public void Write(NetworkDebt debt) => DurableFile.Replace(
        Path.Combine(PathOf(debt.Sandbox), DebtFile),
        JsonSerializer.SerializeToUtf8Bytes(
            new NetworkDebtDocument(NetworkDebtDocument.CurrentVersion, debt.Since, debt.Tries, debt.LastWords), NetworkDebtJson.Default.NetworkDebtDocument));

    /// <summary>The namespace, then the folder that owns it. Idempotent.</summary>
    public void Remove(PodSandboxId id)
    {
        ReleaseNamespace(id);
        if (Has(id))
        {
            Directory.Delete(PathOf(id), recursive: true);
        }
    }

    /// <summary>For people: nothing is known of what its plugins would have to undo, so the namespace is of no use any more.</summary>
    public string SetAside(PodSandboxId id, string reason)
    {
        ReleaseNamespace(id);
        return new BrokenRecords(folders.Root).SetAside("network debt", id.ToString(), PathOf(id), reason);
    }

    private void ReleaseNamespace(PodSandboxId id)
    {
        NamespacePins.Unpin(folders.NamespacesOf(id), NamespaceKinds.Network);
        SandboxFiles.RemoveEmptyFolder(folders, id);
    }
}
