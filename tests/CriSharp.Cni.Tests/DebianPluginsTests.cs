using System.Net;
using System.Net.Sockets;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Networks;

namespace CriSharp.Cni.Tests;

/// <summary>bridge, host-local and portmap as Debian ships them, in real namespaces.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class DebianPluginsTests : IAsyncLifetime
{
    private const int ContainerPort = 8080;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CniNetwork _bridge = CniNetwork.Create();
    private readonly List<string> _pins = [];
    private readonly string _root = Directory.CreateTempSubdirectory("cni-tests-").FullName;
    private SandboxNetwork _network = null!;

    public Task InitializeAsync()
    {
        _network = new SandboxNetwork(new CniConfigStore(_bridge.ConfigDirectory), new CniPlugins([CniNetwork.PluginDirectory]));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _pins.ForEach(NamespacePins.Unpin);
        await _network.DisposeAsync();
        await _bridge.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Add_WhenTwoSandboxesAreAttached_TheyReachEachOtherAndTheirGateway()
    {
        var first = await RequestAsync("first");
        var second = await RequestAsync("second");

        var firstResult = await _network.AddAsync(first, CancellationToken.None);
        var secondResult = await _network.AddAsync(second, CancellationToken.None);

        Assert.Equal([$"{_bridge.Prefix}.2", $"{_bridge.Prefix}.3"], [.. firstResult.Ips.Concat(secondResult.Ips).Select(ip => ip.ToString())]);
        Assert.Contains(firstResult.Interfaces, found => found.Name == "eth0" && found.Sandbox == first.NetNsPath);
        await AssertAnswersAsync(from: second.NetNsPath, listenIn: first.NetNsPath, ContainerPort, new IPEndPoint(firstResult.Ips[0], ContainerPort));
        await AssertAnswersAsync(from: second.NetNsPath, listenIn: null, 0, new IPEndPoint(IPAddress.Parse(_bridge.Gateway), 0));
        await AssertAnswersAsync(from: first.NetNsPath, listenIn: first.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Loopback, ContainerPort));

        await AssertCheckedAsync(first);
        Assert.Equal(firstResult.Ips, SandboxNetwork.TryReadResult(first.CacheDirectory)!.Ips);
    }

    [Fact]
    public async Task Add_WhenAHostPortIsMapped_ItAnswersOnTheHostsAddressesAndOnLoopback()
    {
        var hostPort = FreePort();
        var request = await RequestAsync("ports", new PortMapping(PortProtocol.Tcp, ContainerPort, hostPort), new PortMapping(PortProtocol.Tcp, 9090, 0));

        await _network.AddAsync(request, CancellationToken.None);

        await AssertAnswersAsync(from: null, listenIn: request.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Loopback, hostPort));
        await AssertAnswersAsync(from: null, listenIn: request.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Parse(_bridge.Gateway), hostPort));

        // From another pod, and from the pod itself (hairpin).
        var other = await RequestAsync("other");
        await _network.AddAsync(other, CancellationToken.None);
        await AssertAnswersAsync(from: other.NetNsPath, listenIn: request.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Parse(_bridge.Gateway), hostPort));
        await AssertAnswersAsync(from: request.NetNsPath, listenIn: request.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Parse(_bridge.Gateway), hostPort));

        await _network.DelAsync(request.CacheDirectory, CancellationToken.None);
        Assert.False(await ConnectsAsync(null, new IPEndPoint(IPAddress.Loopback, hostPort)));
    }

    [Fact]
    public async Task Add_WhenAHostPortIsMappedOnOneAddress_OthersDoNotAnswer()
    {
        var hostPort = FreePort();
        var request = await RequestAsync("address", new PortMapping(PortProtocol.Tcp, ContainerPort, hostPort, "127.0.0.1"));

        await _network.AddAsync(request, CancellationToken.None);

        await AssertAnswersAsync(from: null, listenIn: request.NetNsPath, ContainerPort, new IPEndPoint(IPAddress.Loopback, hostPort));
        Assert.False(await ConnectsAsync(null, new IPEndPoint(IPAddress.Parse(_bridge.Gateway), hostPort)));
    }

    [Fact]
    public async Task Del_WhenDoneTwice_NothingIsLeftOfTheSandbox()
    {
        var keeper = await RequestAsync("keeper");
        await _network.AddAsync(keeper, CancellationToken.None);
        var request = await RequestAsync("gone", new PortMapping(PortProtocol.Tcp, ContainerPort, FreePort()), new PortMapping(PortProtocol.Udp, 53, FreePort()));
        var scope = new SnapshotScope { Roots = [_bridge.Root], Bridges = [_bridge.Bridge] };
        var before = MachineSnapshot.Take(scope);
        var rulesBefore = await _bridge.RulesAsync();
        await _network.AddAsync(request, CancellationToken.None);
        Assert.NotEmpty(before.Compare(MachineSnapshot.Take(scope)));
        Assert.NotEqual(rulesBefore, await _bridge.RulesAsync());

        await _network.DelAsync(request.CacheDirectory, CancellationToken.None);
        await _network.DelAsync(request.CacheDirectory, CancellationToken.None);

        // host-local remembers the last address for ever.
        Assert.DoesNotContain(await before.CompareWhenSettledAsync(scope, Limit), line => !line.Contains("last_reserved_ip", StringComparison.Ordinal));
        Assert.Equal(rulesBefore, await _bridge.RulesAsync());
        Assert.Equal([$"{_bridge.Prefix}.2"], _bridge.Leases);
        Assert.False(File.Exists(Path.Combine(request.CacheDirectory, "attachment.json")));
    }

    [Fact]
    public async Task Del_WhenTheNamespaceHasGone_LeaseAndHostPortsAreFreed()
    {
        var request = await RequestAsync("crashed", new PortMapping(PortProtocol.Tcp, ContainerPort, FreePort()));
        await _network.AddAsync(request, CancellationToken.None);
        NamespacePins.Unpin(Path.GetDirectoryName(request.NetNsPath)!);

        // A daemon that was started since knows only what is on disk; the configuration may have changed meanwhile.
        File.Delete(_bridge.ConfigFile);
        var restarted = new SandboxNetwork(new CniConfigStore(_bridge.ConfigDirectory), new CniPlugins([CniNetwork.PluginDirectory]));
        await restarted.DelAsync(request.CacheDirectory, CancellationToken.None);

        Assert.Empty(_bridge.Leases);
        // The bridge plugin of 1.1.1 learns from inside the namespace which addresses it masquerades: those rules stay.
        Assert.DoesNotContain(await _bridge.RulesAsync(), rule => rule.Contains("HOSTPORT", StringComparison.Ordinal) || rule.Contains("CNI-DN-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Add_WhenAPluginRefuses_ItsWordsAreToldAndDelLeavesNothing()
    {
        await File.WriteAllTextAsync(_bridge.ConfigFile, (await File.ReadAllTextAsync(_bridge.ConfigFile)).Replace("\"snat\": true", "\"snat\": true, \"conditionsV4\": [\"--no-such-option\"]", StringComparison.Ordinal));
        var request = await RequestAsync("refused", new PortMapping(PortProtocol.Tcp, ContainerPort, FreePort()));

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _network.AddAsync(request, CancellationToken.None));

        Assert.Contains("CNI plugin portmap", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-option", failure.Message, StringComparison.Ordinal);
        await _network.DelAsync(request.CacheDirectory, CancellationToken.None);
        Assert.Empty(_bridge.Leases);
        Assert.Empty(await _bridge.RulesAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(request.CacheDirectory));
    }

    /// <summary>Wants the kernel's ifb.</summary>
    [Fact]
    public async Task Add_WhenBandwidthIsLimited_ThePluginShapesItAndDelEndsThat()
    {
        var plain = await File.ReadAllTextAsync(_bridge.ConfigFile);
        await File.WriteAllTextAsync(_bridge.ConfigFile, plain.Replace("\"snat\": true}", """
            "snat": true}, {"type": "bandwidth", "capabilities": {"bandwidth": true}}
            """, StringComparison.Ordinal));
        var (limited, free) = (await RequestAsync("limited") with { Bandwidth = new Bandwidth(IngressBits: 8_000_000, EgressBits: 4_000_000) }, await RequestAsync("free"));

        var shaped = Assert.Single((await _network.AddAsync(limited, CancellationToken.None)).Interfaces, found => found.Name.StartsWith("bwp", StringComparison.Ordinal)).Name;
        Assert.DoesNotContain((await _network.AddAsync(free, CancellationToken.None)).Interfaces, found => found.Name.StartsWith("bwp", StringComparison.Ordinal));
        Assert.True(Directory.Exists($"/sys/class/net/{shaped}"));
        await AssertCheckedAsync(limited);

        await _network.DelAsync(limited.CacheDirectory, CancellationToken.None);
        await _network.DelAsync(free.CacheDirectory, CancellationToken.None);
        Assert.False(Directory.Exists($"/sys/class/net/{shaped}"));
        Assert.Empty(_bridge.Leases);
    }

    [Fact]
    public async Task Check_WhenTheInterfaceWasTakenAway_ThePluginSaysSo()
    {
        var request = await RequestAsync("broken");
        await _network.AddAsync(request, CancellationToken.None);
        NamespacePins.Unpin(Path.GetDirectoryName(request.NetNsPath)!);
        await NamespacePins.CreateAsync(Path.GetDirectoryName(request.NetNsPath)!, new NamespaceRequest { Kinds = NamespaceKinds.Network });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _network.CheckAsync(request.CacheDirectory, CancellationToken.None));

        Assert.Contains("CNI plugin bridge", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CHECK", failure.Message, StringComparison.Ordinal);
    }

    // udev gives the host's end of a veth another MAC address (MACAddressPolicy=persistent) after the bridge plugin of 1.1.1 has told
    // its own, and CHECK then misses that one.
    private async Task AssertCheckedAsync(CniRequest request)
    {
        var failure = await Record.ExceptionAsync(() => _network.CheckAsync(request.CacheDirectory, CancellationToken.None));
        if (failure is not null)
        {
            Assert.True(File.Exists("/run/udev/control"), failure.Message);
            Assert.Contains("Mac doesn't match", failure.Message, StringComparison.Ordinal);
        }
    }

    private async Task<CniRequest> RequestAsync(string name, params PortMapping[] portMappings)
    {
        var pins = Path.Combine(_root, name, "ns");
        _pins.Add(pins);
        await NamespacePins.CreateAsync(pins, new NamespaceRequest { Kinds = NamespaceKinds.Network });
        return new CniRequest
        {
            ContainerId = $"{name}-{Guid.NewGuid():N}",
            NetNsPath = NamespacePins.PathOf(pins, NamespaceKinds.Network),
            CacheDirectory = Path.Combine(_root, name, "network"),
            PodName = name,
            PodNamespace = "default",
            PodUid = "uid-1",
            PortMappings = portMappings,
        };
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <param name="from">Path of the namespace to connect from; null: the host.</param>
    /// <param name="target">Port 0: the listener's own.</param>
    private static async Task AssertAnswersAsync(string? from, string? listenIn, int port, IPEndPoint target)
    {
        using var listener = await InsideAsync(listenIn, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen();
            return socket;
        });
        var endPoint = target.Port != 0 ? target : new IPEndPoint(target.Address, ((IPEndPoint)listener.LocalEndPoint!).Port);
        Assert.True(await ConnectsAsync(from, endPoint), $"{endPoint} does not answer from {from ?? "the host"}");
    }

    private static Task<bool> ConnectsAsync(string? from, IPEndPoint target) => InsideAsync(from, () =>
    {
        // Without a retry of its SYN: what is dropped silently counts as no answer soon.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetRawSocketOption(6, 7, BitConverter.GetBytes(2));
        try
        {
            socket.Connect(target);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    private static Task<T> InsideAsync<T>(string? network, Func<T> body) =>
        network is null ? Task.Run(body) : new NetworkNamespace(network).RunAsync(body);
}
