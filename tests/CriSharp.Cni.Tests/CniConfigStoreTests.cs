using CriSharp.Primitives;

namespace CriSharp.Cni.Tests;

public sealed class CniConfigStoreTests : IDisposable
{
    private const string List = """{"cniVersion": "1.0.0", "name": "NAME", "plugins": [{"type": "bridge", "capabilities": {"portMappings": true, "dns": false}}, {"type": "portmap"}]}""";

    private readonly string _root = Directory.CreateTempSubdirectory("cni-tests-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Load_WhenThereAreMany_TheFirstValidOneByNameIsTaken()
    {
        Write("00-broken.conflist", "{");
        Write("05-unknown.txt", List.Replace("NAME", "text", StringComparison.Ordinal));
        Write("10-good.conflist", List.Replace("NAME", "good", StringComparison.Ordinal));
        Write("20-later.conf", """{"cniVersion": "0.4.0", "name": "later", "type": "ptp"}""");

        var network = new CniConfigStore(_root).Load(out var problems);

        Assert.Equal("good", network.Name);
        Assert.Equal(["bridge", "portmap"], network.Plugins.Select(plugin => plugin.Type));
        Assert.Equal(["portMappings"], network.Plugins[0].Capabilities);
        Assert.Contains("00-broken.conflist", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal("later", new CniConfigStore(_root, "later").Load().Name);
    }

    [Theory]
    [InlineData("{}", "\"name\"")]
    [InlineData("[]", "object")]
    [InlineData("""{"name": "\ud800", "cniVersion": "1.0.0", "type": "bridge"}""", "Unicode")]
    [InlineData("""{"name": "../../etc", "cniVersion": "1.0.0", "type": "bridge"}""", "../../etc")]
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "type": "../../bin/sh"}""", "../../bin/sh")] // CVE-2021-20206
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "plugins": [{"type": "bridge"}, {"type": "/bin/sh"}]}""", "/bin/sh")]
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "plugins": [{"type": ".."}]}""", "\"..\"")]
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "plugins": [{}]}""", "type")]
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "plugins": []}""", "0 plugins")]
    [InlineData("""{"name": "a", "cniVersion": "1.0.0", "plugins": {}}""", "no list")]
    [InlineData("""{"name": "a", "cniVersion": "0.1.0", "type": "bridge"}""", "0.1.0")]
    [InlineData("""{"name": "a", "type": "bridge"}""", "cniVersion")]
    public void Load_WhenTheOnlyFileIsInvalid_TheErrorNamesItAndTheReason(string content, string reason)
    {
        Write("10-bad.conflist", content);

        var failure = Assert.Throws<RuntimeException>(() => new CniConfigStore(_root).Load());

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("10-bad.conflist", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WhenAFileIsHugeOrNoFile_ItIsPassedOver()
    {
        Write("00-huge.conflist", new string(' ', 2 << 20) + List);
        File.CreateSymbolicLink(Path.Combine(_root, "05-loop.conflist"), "05-loop.conflist");
        File.CreateSymbolicLink(Path.Combine(_root, "06-device.conflist"), "/dev/zero");
        Write("10-good.conflist", List);

        Assert.Equal("NAME", new CniConfigStore(_root).Load(out var problems).Name);
        Assert.Contains(problems, problem => problem.Contains("00-huge", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("06-device", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_WhenTheFolderIsAbsentOrEmpty_SaysWhatToDo()
    {
        Assert.Contains(_root, Assert.Throws<RuntimeException>(() => new CniConfigStore(_root).Load()).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<RuntimeException>(() => new CniConfigStore("/etc/hostname").Load()).Kind);
        Assert.Contains("does not exist", Assert.Throws<RuntimeException>(() => new CniConfigStore(Path.Combine(_root, "absent")).Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WhenAListNamesManyVersions_TheLatestThatIsSpokenIsTaken()
    {
        Write("10-good.conflist", """{"cniVersion": "0.4.0", "cniVersions": ["0.4.0", "1.1.0", "9.0.0", "1.0.0"], "name": "a", "plugins": [{"type": "x"}]}""");

        Assert.Equal("1.1.0", new CniConfigStore(_root).Load().CniVersion.ToString());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/bin/sh")]
    [InlineData("")]
    [InlineData("..")]
    public void Find_WhenATypeIsAPath_IsRefused(string type) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => new CniPlugins(["/usr/lib/cni"]).Find(type)).Kind);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_root, name), content);
}
