using CriSharp.TestSupport.FakeCni;

namespace CriSharp.Cni.Tests;

public sealed class CapabilityTests : IDisposable
{
    private readonly FakeCniPlugins _fakes = new("first", "second", "third");
    private readonly string _root = Directory.CreateTempSubdirectory("cni-tests-").FullName;
    private readonly string _configFile;
    private readonly CniRequest _request;

    public CapabilityTests()
    {
        _configFile = Path.Combine(_root, "10-fake.conflist");
        _request = new CniRequest
        {
            ContainerId = "sandbox-1",
            NetNsPath = "/run/netns-1",
            CacheDirectory = Path.Combine(_root, "sandbox", "network"),
            PodName = "pod-1",
            PodNamespace = "default",
            PodUid = "uid-1",
        };
    }

    public void Dispose()
    {
        _fakes.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Add_WhenPluginsAskForFacts_EachGetsThoseItAsksFor()
    {
        await File.WriteAllTextAsync(_configFile, """
            {"cniVersion": "1.0.0", "name": "net1", "plugins": [
                {"type": "first", "capabilities": {"bandwidth": true, "dns": true, "cgroupPath": false}},
                {"type": "second", "capabilities": {"cgroupPath": true, "io.kubernetes.cri.pod-annotations": true, "ipRanges": true, "portMappings": true}},
                {"type": "third"}]}
            """);
        var request = _request with
        {
            PortMappings = [new(PortProtocol.Tcp, 80, 8080)],
            Bandwidth = new Bandwidth(IngressBits: null, EgressBits: 2_000_000),
            Dns = new PodDns(["10.96.0.10"], ["shop.svc", "svc"], ["ndots:5"]),
            CgroupPath = "/kubepods/pod1",
            Annotations = new Dictionary<string, string> { ["b"] = "2", ["a"] = "\"1\"" },
        };

        await Network().AddAsync(request, CancellationToken.None);
        File.Delete(_configFile);
        await Network().DelAsync(_request.CacheDirectory, CancellationToken.None);

        const string Limits = """{"bandwidth":{"egressRate":2000000,"egressBurst":4294967295},"dns":{"servers":["10.96.0.10"],"searches":["shop.svc","svc"],"options":["ndots:5"]}}""";
        const string Others = """{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}],"cgroupPath":"/kubepods/pod1","io.kubernetes.cri.pod-annotations":{"a":"\u00221\u0022","b":"2"}}""";
        string?[] given = [Limits, Others, null];
        Assert.Equal([.. given, .. given.Reverse()], Enumerable.Range(1, 6).Select(call => _fakes.InputOf(call)["runtimeConfig"]?.ToJsonString()));
    }

    [Fact]
    public async Task Add_WhenThereIsNothingToTell_ThereIsNoRuntimeConfig()
    {
        await File.WriteAllTextAsync(_configFile, """
            {"cniVersion": "1.0.0", "name": "net1", "type": "first", "capabilities": {"bandwidth": true, "dns": true, "cgroupPath": true, "io.kubernetes.cri.pod-annotations": true, "aliases": true}}
            """);

        await Network().AddAsync(_request, CancellationToken.None);

        Assert.Null(_fakes.InputOf(1)["runtimeConfig"]);
    }

    private SandboxNetwork Network() => new(new CniConfigStore(_root), new CniPlugins([_fakes.PluginDirectory]));
}
