using System.Net.NetworkInformation;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Networks;

/// <summary>
/// A CNI network of a test's own, by Debian's plugins: a bridge with a unique name, addresses of a subnet that no other instance has, host ports.
/// Dispose removes bridge, rules and leases, also those of sandboxes that a test has left behind.
/// </summary>
public sealed class CniNetwork : IAsyncDisposable
{
    /// <summary>Where Debian's package containernetworking-plugins puts them.</summary>
    public const string PluginDirectory = "/usr/lib/cni";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FileStream _subnetClaim;

    private CniNetwork(string directory, string suffix, int subnet, FileStream subnetClaim)
    {
        (Root, _subnetClaim) = (directory, subnetClaim);
        (Name, Bridge, Prefix) = ($"crisharp-{suffix}", $"crib{suffix}", $"10.213.{subnet}");
    }

    /// <summary>A temporary folder for all of it.</summary>
    public string Root { get; }

    public string Name { get; }

    /// <summary>The bridge's name; the bridge itself appears with the first sandbox.</summary>
    public string Bridge { get; }

    /// <summary>"10.213.7" of 10.213.7.0/24.</summary>
    public string Prefix { get; }

    /// <summary>The host's address on the bridge, where host ports answer as well.</summary>
    public string Gateway => $"{Prefix}.1";

    /// <summary>What the daemon gets as its CNI configuration folder.</summary>
    public string ConfigDirectory => Path.Combine(Root, "net.d");

    public string ConfigFile => Path.Combine(ConfigDirectory, "10-test.conflist");

    /// <summary>One file per address given, named by it, and some of host-local's own.</summary>
    public string LeaseDirectory => Path.Combine(Root, "leases", Name);

    /// <summary>The addresses given and not yet freed.</summary>
    public IReadOnlyList<string> Leases =>
        Directory.Exists(LeaseDirectory) ? [.. Directory.EnumerateFiles(LeaseDirectory).Select(file => Path.GetFileName(file)).Where(name => name.StartsWith("10.", StringComparison.Ordinal)).Order()] : [];

    /// <param name="pluginTypes">Names to use instead of "bridge" and "portmap", such as a fake's that delegates to them.</param>
    public static CniNetwork Create(string bridgeType = "bridge", string portmapType = "portmap")
    {
        if (!File.Exists(Path.Combine(PluginDirectory, "bridge")))
        {
            throw new InvalidOperationException($"no CNI plugins in {PluginDirectory}: apt-get install containernetworking-plugins");
        }

        var suffix = Guid.NewGuid().ToString("N")[..8];
        var (subnet, claim) = ClaimSubnet();
        var network = new CniNetwork(Directory.CreateTempSubdirectory("cni-network-").FullName, suffix, subnet, claim);
        Directory.CreateDirectory(network.ConfigDirectory);
        File.WriteAllText(network.ConfigFile, $$"""
            {
              "cniVersion": "1.0.0",
              "name": "{{network.Name}}",
              "plugins": [
                {
                  "type": "{{bridgeType}}", "bridge": "{{network.Bridge}}", "isGateway": true, "ipMasq": true, "hairpinMode": true, "promiscMode": false,
                  "ipam": {
                    "type": "host-local", "dataDir": "{{Path.Combine(network.Root, "leases")}}",
                    "ranges": [[{"subnet": "{{network.Prefix}}.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]
                  }
                },
                {"type": "{{portmapType}}", "capabilities": {"portMappings": true}, "snat": true}
              ]
            }
            """);
        return network;
    }

    /// <summary>
    /// The iptables rules of the nat table that this network's sandboxes have now: those with its name, and those of the chains that these lead to.
    /// Not those of its subnet: a test program that was killed may have left some.
    /// </summary>
    public async Task<IReadOnlyList<string>> RulesAsync()
    {
        var all = (await RunAsync("iptables-save", "-t", "nat")).Split('\n').Where(rule => rule.StartsWith("-A", StringComparison.Ordinal)).ToList();
        var chains = all.Where(rule => rule.Contains(Name, StringComparison.Ordinal)).Select(rule => rule[(rule.LastIndexOf(' ') + 1)..])
            .Where(chain => chain.StartsWith("CNI-", StringComparison.Ordinal) && !chain.StartsWith("CNI-HOSTPORT-", StringComparison.Ordinal))
            .ToHashSet();
        return [.. all.Where(rule => rule.Contains(Name, StringComparison.Ordinal) || chains.Contains(rule.Split(' ')[1]))];
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveRulesAsync();
        if (Directory.Exists($"/sys/class/net/{Bridge}"))
        {
            await RunAsync("ip", "link", "delete", Bridge);
        }

        Directory.Delete(Root, recursive: true);
        File.Delete(_subnetClaim.Name);
        await _subnetClaim.DisposeAsync();
    }

    // Test programs run side by side: whoever makes the file has the subnet. A file whose holder died is open to be locked again,
    // but the bridge of that holder may still have the addresses.
    private static (int Subnet, FileStream Claim) ClaimSubnet()
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces().SelectMany(found => found.GetIPProperties().UnicastAddresses).Select(found => found.Address.ToString()).ToHashSet();
        for (var subnet = 1; subnet < 255; subnet++)
        {
            if (taken.Contains($"10.213.{subnet}.1"))
            {
                continue;
            }

            try
            {
                return (subnet, new FileStream(Path.Combine(Path.GetTempPath(), $"crisharp-test-subnet-{subnet}"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            }
            catch (IOException)
            {
                // Locked by another test.
            }
        }

        throw new InvalidOperationException("all 254 subnets for tests are taken");
    }

    // What sandboxes that were never detached have left: rules that jump into chains of their own, and those chains.
    private async Task RemoveRulesAsync()
    {
        var rules = (await RulesAsync()).Select(Words).ToArray();
        var chains = rules.Select(rule => rule[Array.IndexOf(rule, "-j") + 1])
            .Where(chain => chain.StartsWith("CNI-", StringComparison.Ordinal) && !chain.StartsWith("CNI-HOSTPORT-", StringComparison.Ordinal))
            .ToHashSet();
        foreach (var rule in rules.Where(rule => chains.Contains(rule[^1])))
        {
            await RunAsync("iptables", ["-w", "-t", "nat", "-D", .. rule[1..]]);
        }

        foreach (var chain in chains)
        {
            await RunAsync("iptables", "-w", "-t", "nat", "-F", chain);
            await RunAsync("iptables", "-w", "-t", "nat", "-X", chain);
        }
    }

    /// <summary>iptables-save quotes a comment with spaces in it.</summary>
    private static string[] Words(string rule) =>
        [.. System.Text.RegularExpressions.Regex.Matches(rule, "\"((?:[^\"\\\\]|\\\\.)*)\"|\\S+")
            .Select(word => word.Value.StartsWith('"') ? word.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal) : word.Value)];

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var path = new[] { "/usr/sbin", "/sbin", "/usr/bin", "/bin" }.Select(directory => Path.Combine(directory, program)).First(File.Exists);
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = path, Arguments = arguments, Environment = ["PATH=/usr/sbin:/sbin:/usr/bin:/bin"], TimeLimit = Limit, OutputLimitBytes = 16 << 20 },
            CancellationToken.None);
        return output.Exit.ShellCode == 0
            ? output.StandardOutputText
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output.StandardErrorText}");
    }
}
