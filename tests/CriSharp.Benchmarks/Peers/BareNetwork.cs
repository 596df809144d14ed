using System.Text;
using CriSharp.TestSupport.Networks;

namespace CriSharp.Benchmarks.Peers;

/// <summary>The CNI plugins of a pod's network, run by hand: bridge with host-local, then portmap with nothing to map.</summary>
internal sealed class BareNetwork : IAsyncDisposable
{
    private readonly CniNetwork _network = CniNetwork.Create();

    /// <summary>An empty network namespace; making it is not measured.</summary>
    /// <returns>Its name, by which it lies in /run/netns.</returns>
    public static async Task<string> MakeNamespaceAsync()
    {
        var name = $"bench-{Guid.NewGuid():N}"[..20];
        await Programs.RunAsync("/usr/sbin/ip", ["netns", "add", name]);
        return name;
    }

    public static string PathOf(string name) => $"/run/netns/{name}";

    public async Task AddAsync(string name)
    {
        var result = await PluginAsync("bridge", "ADD", name, BridgeConfig(""));
        await PluginAsync("portmap", "ADD", name, PortmapConfig(result));
    }

    public async Task RemoveAsync(string name)
    {
        await PluginAsync("bridge", "DEL", name, BridgeConfig(""));
        await Programs.RunAsync("/usr/sbin/ip", ["netns", "delete", name]);
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    private string BridgeConfig(string rest) => $$"""
        {
          "cniVersion": "1.0.0", "name": "{{_network.Name}}", "type": "bridge", "bridge": "{{_network.Bridge}}", "isGateway": true, "ipMasq": true, "hairpinMode": true,
          "ipam": { "type": "host-local", "dataDir": "{{_network.Root}}/leases", "ranges": [[{ "subnet": "{{_network.Prefix}}.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] }{{rest}}
        }
        """;

    private string PortmapConfig(string previous) =>
        $$"""{"cniVersion": "1.0.0", "name": "{{_network.Name}}", "type": "portmap", "snat": true, "runtimeConfig": {}, "prevResult": {{previous}}}""";

    private static Task<string> PluginAsync(string plugin, string verb, string name, string config) => Programs.RunAsync(
        Path.Combine(CniNetwork.PluginDirectory, plugin),
        [],
        [$"CNI_COMMAND={verb}", $"CNI_CONTAINERID={name}", $"CNI_NETNS={PathOf(name)}", "CNI_IFNAME=eth0", $"CNI_PATH={CniNetwork.PluginDirectory}"],
        Encoding.UTF8.GetBytes(config));
}
