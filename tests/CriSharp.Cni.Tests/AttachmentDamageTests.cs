using System.Text.Json;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeCni;
using CriSharp.TestSupport.Records;

namespace CriSharp.Cni.Tests;

public sealed class AttachmentDamageTests : IDisposable
{
    private readonly FakeCniPlugins _fakes = new("first");
    private readonly string _root = Directory.CreateTempSubdirectory("cni-damage-").FullName;
    private readonly SandboxNetwork _network;
    private readonly CniRequest _request;

    public AttachmentDamageTests()
    {
        File.WriteAllText(Path.Combine(_root, "10-fake.conflist"), FakeCniPlugins.Conflist("net1", ["first"]));
        _network = new SandboxNetwork(new CniConfigStore(_root), new CniPlugins([_fakes.PluginDirectory]));
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

    private string RecordPath => SandboxNetwork.RecordIn(_request.CacheDirectory);

    public void Dispose()
    {
        _fakes.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void FindDamage_WhenNotAttached_FindsNone() => Assert.Null(SandboxNetwork.FindDamage(_request));

    [Fact]
    public async Task FindDamage_WhenTheRecordIsDamagedInAnyWay_FindsIt()
    {
        await _network.AddAsync(_request, CancellationToken.None);
        var whole = File.ReadAllBytes(RecordPath);
        foreach (var (what, content) in Damage.Of(whole))
        {
            File.WriteAllBytes(RecordPath, content);
            Assert.True(SandboxNetwork.FindDamage(_request) is { Kind: ErrorKind.DataLoss }, what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            Damage.Clear(RecordPath);
            put(RecordPath);
            Assert.True(SandboxNetwork.FindDamage(_request) is { Kind: ErrorKind.DataLoss }, what);
        }

        Damage.Clear(RecordPath);
        File.WriteAllBytes(RecordPath, whole);
        Assert.Null(SandboxNetwork.FindDamage(_request));
        StoredRecord.MakeFirstVersion(RecordPath);
        Assert.Null(SandboxNetwork.FindDamage(_request));
    }

    [Theory]
    [InlineData("netNsPath", "/proc/1/ns/net")]
    [InlineData("containerId", "sandbox-2")]
    [InlineData("version", 9)]
    public async Task FindDamage_WhenItIsNotThisSandboxs_SaysSo(string property, object value)
    {
        await _network.AddAsync(_request, CancellationToken.None);
        StoredRecord.Change(RecordPath, document => document[property] = JsonSerializer.SerializeToNode(value));

        Assert.Contains($"{value}", SandboxNetwork.FindDamage(_request)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_WhenTheRecordWasDamaged_LetsDelRun()
    {
        await _network.AddAsync(_request, CancellationToken.None);
        File.WriteAllText(RecordPath, "{ half");

        _network.Restore(_request);

        Assert.Null(SandboxNetwork.FindDamage(_request));
        await _network.DelAsync(_request.CacheDirectory, CancellationToken.None);
        Assert.Equal(["ADD first sandbox-1", "DEL first sandbox-1"], _fakes.Calls);
        Assert.False(File.Exists(RecordPath));
    }
}
