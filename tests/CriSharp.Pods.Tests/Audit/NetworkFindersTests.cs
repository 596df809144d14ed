using CriSharp.Cni;
using CriSharp.Oci;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Audit;

public sealed class NetworkFindersTests : IDisposable
{
    private readonly AuditFixture _instance = new();
    private readonly CniConfigStore _configurations;
    private readonly string _leases;

    public NetworkFindersTests()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_instance.Folder, "net.d")).FullName;
        var data = Path.Combine(_instance.Folder, "ipam");
        _leases = Directory.CreateDirectory(Path.Combine(data, "web")).FullName;
        File.WriteAllText(Path.Combine(directory, "10.conflist"), $$"""
            {"cniVersion": "1.0.0", "name": "web", "plugins": [
              {"type": "bridge", "bridge": "nosuchbridge0", "ipam": {"type": "host-local", "dataDir": "{{data}}" } }, {"type": "portmap"}]}
            """);
        _configurations = new CniConfigStore(directory);
    }

    private OrphanLeases Leases => new(new HostLocalLeases(_configurations), _instance.Owners);

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Leases_WhenTheirPodIsGone_AreListedAndTakenBack()
    {
        var record = Samples.Sandbox();
        _instance.Sandboxes.Begin(record);
        var (lost, foreign) = (PodSandboxId.New(), PodSandboxId.New());
        Directory.CreateDirectory(_instance.Folders.RunOf(lost));
        Lease("10.9.0.2", $"{record.Id}");
        Lease("10.9.0.3", $"{lost}");
        Lease("10.9.0.4", $"{foreign}");
        File.WriteAllText(Path.Combine(_leases, "last_reserved_ip.0"), "10.9.0.4");

        var found = Leases.Find().ToDictionary(finding => finding.Subject);

        Assert.Equal(["10.9.0.3", "10.9.0.4"], found.Keys.Order());
        Assert.Equal((Removal.Sure, Removal.WhenAsked), (found["10.9.0.3"].Removal, found["10.9.0.4"].Removal));
        await Leases.RemoveAsync(found["10.9.0.3"], CancellationToken.None);
        Assert.Equal(["10.9.0.4"], Leases.Find().Select(finding => finding.Subject));
        Assert.True(File.Exists(Path.Combine(_leases, "10.9.0.2")));
    }

    [Fact]
    public async Task Remove_WhenTheAddressHasBeenGivenAnew_LeavesIt()
    {
        Lease("10.9.0.5", $"{PodSandboxId.New()}");
        var lease = Assert.Single(new HostLocalLeases(_configurations).List());
        Lease("10.9.0.5", $"{PodSandboxId.New()}");

        await HostLocalLeases.RemoveAsync(lease, CancellationToken.None);

        Assert.True(File.Exists(lease.Path));
    }

    [Fact]
    public void Bridges_WhenConfigured_AreThoseOfTheBridgePlugin() =>
        Assert.Equal(["nosuchbridge0"], new HostInterfaces(_configurations).Bridges());

    [Fact]
    public void HostInterfaces_WhenAnAttachmentIsUnderWay_CanNotBeTold()
    {
        var cache = Path.Combine(_instance.Folder, "cache");
        Assert.Empty(HostInterfaces.Of(cache)!);

        Attachment(cache, """{"interfaces": [{"name": "veth1"}, {"name": "eth0", "sandbox": "/ns"}], "ips": [{"address": "10.9.0.2/24"}]}""");
        Assert.Equal(["veth1"], HostInterfaces.Of(cache));

        Attachment(cache, "null");
        Assert.Null(HostInterfaces.Of(cache));
    }

    // What host-local writes: https://github.com/containernetworking/plugins, plugins/ipam/host-local/backend/disk
    private void Lease(string address, string id) => File.WriteAllText(Path.Combine(_leases, address), $"{id}\r\neth0");

    private static void Attachment(string cache, string result)
    {
        Directory.CreateDirectory(cache);
        File.WriteAllText(Path.Combine(cache, "attachment.json"), $$"""
            {"version": 1, "containerId": "{{ContainerId.New()}}", "netNsPath": "/ns", "interfaceName": "eth0", "podName": "p", "podNamespace": "n", "podUid": "u",
             "networkFile": "f", "network": {}, "result": {{result}}}
            """);
    }
}
