using System.Net;
using System.Text;
using System.Text.Json;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>
/// The addresses that host-local has given out in this node's network, whoever asked: DATADIR/NETWORK/ADDRESS, the first line is the sandbox's id.
/// Other IPAM plugins keep their books elsewhere and have to be asked by CNI's own GC.
/// https://www.cni.dev/plugins/current/ipam/host-local/
/// </summary>
public sealed class HostLocalLeases(CniConfigStore configurations)
{
    private const string DefaultDataDirectory = "/var/lib/cni/networks";
    private const string LockName = "lock";
    private const int FileLimitBytes = 4096;
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    public IReadOnlyList<AddressLease> List()
    {
        if (configurations.TryLoad() is not { } network)
        {
            return [];
        }

        return [.. network.Plugins
            .Select(plugin => DataDirectoryOf(plugin.Json))
            .OfType<string>()
            .Distinct()
            .Select(directory => Path.Combine(directory, network.Name))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Select(file => TryRead(network.Name, file))
            .OfType<AddressLease>()];
    }

    /// <summary>Takes an address back under the plugin's own lock; one that has been given to somebody else meanwhile stays with them.</summary>
    /// <exception cref="RuntimeException">Unavailable: a plugin keeps the lock.</exception>
    public static async Task RemoveAsync(AddressLease lease, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(Path.Combine(Path.GetDirectoryName(lease.Path)!, LockName), cancellationToken);
        if (TryRead(lease.Network, lease.Path) is { } now && now.ContainerId == lease.ContainerId)
        {
            File.Delete(lease.Path);
        }
    }

    private static async Task<FileLock> LockAsync(string path, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < LockLimit; waited += LockPause)
        {
            if (FileLock.TryAcquire(path, out _) is { } held)
            {
                return held;
            }

            await Task.Delay(LockPause, cancellationToken);
        }

        throw new RuntimeException(ErrorKind.Unavailable, $"{path} is locked for more than {LockLimit.TotalSeconds:0} s: a network plugin is at work or hangs");
    }

    // "ipam": {"type": "host-local", "dataDir": "..."}
    private static string? DataDirectoryOf(JsonElement plugin)
    {
        if (!plugin.TryGetProperty("ipam", out var ipam) || ipam.ValueKind != JsonValueKind.Object || Text(ipam, "type") != "host-local")
        {
            return null;
        }

        return Text(ipam, "dataDir") is { Length: > 0 } directory ? directory : DefaultDataDirectory;
    }

    private static AddressLease? TryRead(string network, string file)
    {
        var address = Path.GetFileName(file);
        try
        {
            // Beside the addresses lie the lock and last_reserved_ip.N.
            return IPAddress.TryParse(address, out _) && HostPath.TryReadFile(file, FileLimitBytes) is { Length: > 0 } content
                ? new AddressLease(network, address, Encoding.UTF8.GetString(content).Split('\n')[0].Trim(), file, File.GetLastWriteTimeUtc(file))
                : null;
        }
        catch (IOException)
        {
            // No file of host-local's making.
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
