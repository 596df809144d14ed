using CriSharp.Primitives;
using CriSharp.TestSupport.FakeCni;
using CriSharp.TestSupport.Leftovers;

namespace CriSharp.Cni.Tests;

public sealed class SandboxNetworkTests : IDisposable
{
    private readonly FakeCniPlugins _fakes = new("first", "second", "third");
    private readonly string _root = Directory.CreateTempSubdirectory("cni-tests-").FullName;

    private string ConfigFile => Path.Combine(_root, "10-fake.conflist");

    private string CacheDirectory => Path.Combine(_root, "sandbox", "network");

    public SandboxNetworkTests() => File.WriteAllText(ConfigFile, FakeCniPlugins.Conflist("net1", ["first", "second", "third"]));

    public void Dispose()
    {
        _fakes.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Add_WhenAllPluginsWork_EachGetsTheResultOfTheOneBefore()
    {
        var result = await Network().AddAsync(Request(), CancellationToken.None);

        Assert.Equal("10.254.0.1", Assert.Single(result.Ips).ToString());
        Assert.Equal(["ADD first sandbox-1", "ADD second sandbox-1", "ADD third sandbox-1"], _fakes.Calls);
        Assert.Null(_fakes.InputOf(1)["prevResult"]);
        Assert.Equal("10.254.0.1/16", (string?)_fakes.InputOf(3)["prevResult"]!["ips"]![0]!["address"]);
        Assert.Equal("net1", (string?)_fakes.InputOf(1)["name"]);
        Assert.Equal("1.0.0", (string?)_fakes.InputOf(1)["cniVersion"]);
        Assert.Null(_fakes.InputOf(1)["capabilities"]);
    }

    [Fact]
    public async Task Add_WhenRun_PluginsKnowThePod()
    {
        await Network().AddAsync(Request(), CancellationToken.None);

        var environment = _fakes.EnvironmentOf(1);
        Assert.Equal("IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=pod-1;K8S_POD_INFRA_CONTAINER_ID=sandbox-1;K8S_POD_UID=uid-1", environment["CNI_ARGS"]);
        Assert.Equal(("ADD", "sandbox-1", "/run/netns-1", "eth0", _fakes.PluginDirectory), (environment["CNI_COMMAND"], environment["CNI_CONTAINERID"], environment["CNI_NETNS"], environment["CNI_IFNAME"], environment["CNI_PATH"]));
    }

    [Fact]
    public async Task Add_WhenPortsAreMapped_OnlyThoseOfTheHostAreAsked()
    {
        var result = await Network().AddAsync(
            Request() with { PortMappings = [new(PortProtocol.Tcp, 80, 0), new(PortProtocol.Udp, 53, 5353, "127.0.0.1"), new(PortProtocol.Tcp, 81, 8081, "")] }, CancellationToken.None);

        Assert.False(result.HostPortsUnserved);
        Assert.Equal(
            """[{"hostPort":5353,"containerPort":53,"protocol":"udp","hostIP":"127.0.0.1"},{"hostPort":8081,"containerPort":81,"protocol":"tcp"}]""",
            _fakes.InputOf(1)["runtimeConfig"]!["portMappings"]!.ToJsonString());
    }

    [Fact]
    public async Task Add_WhenNoPluginMapsPorts_TheResultSaysSo()
    {
        await File.WriteAllTextAsync(ConfigFile, """{"cniVersion": "0.4.0", "name": "net1", "type": "first"}""");

        var result = await Network().AddAsync(Request() with { PortMappings = [new(PortProtocol.Tcp, 80, 8080)] }, CancellationToken.None);

        Assert.True(result.HostPortsUnserved);
        Assert.Null(_fakes.InputOf(1)["runtimeConfig"]);
    }

    [Theory]
    [InlineData("fail", "no addresses left in /run/ID; planned by a test (CNI code 100)", ErrorKind.Internal)]
    [InlineData("fail-after", "no addresses left in /run/ID; planned by a test (CNI code 100)", ErrorKind.Internal)]
    [InlineData("fail-later", "no addresses left in /run/ID; planned by a test (CNI code 11)", ErrorKind.Unavailable)]
    [InlineData("crash", "no addresses left in /run/ID (exit code 2)", ErrorKind.Internal)]
    [InlineData("hang", "took longer than 8 s at ADD for pod default/pod-1 and was killed with all it had started", ErrorKind.DeadlineExceeded)]
    [InlineData("hang-after", "took longer than 8 s at ADD for pod default/pod-1 and was killed with all it had started", ErrorKind.DeadlineExceeded)]
    [InlineData("garbage", "<html>not what you wanted", ErrorKind.Internal)]
    [InlineData("huge", "more than", ErrorKind.Internal)]
    [InlineData("silent", "no result", ErrorKind.Internal)]
    public async Task Add_WhenThePluginInTheMiddleFails_ItsWordsAreToldAndDelDetachesAll(string action, string words, ErrorKind kind)
    {
        // A folder of its own, looked into first: only "second" has the plan.
        using var fake = new FakeCniPlugins("second");
        fake.Plan("ADD", 1, action, "no addresses left in /run/sandbox-1");
        var network = Network(new CniLimits { Plugin = TimeSpan.FromSeconds(action.StartsWith("hang", StringComparison.Ordinal) ? 8 : 30) }, fake.PluginDirectory, _fakes.PluginDirectory);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => network.AddAsync(Request(), CancellationToken.None));

        Assert.Equal(kind, failure.Kind);
        Assert.Contains("CNI plugin second of network net1", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Null(SandboxNetwork.TryReadResult(CacheDirectory));
        await network.DelAsync(CacheDirectory, CancellationToken.None);
        Assert.Equal(["ADD first", "DEL third", "DEL first"], _fakes.Verbs);
        Assert.Equal(["ADD second", "DEL second"], fake.Verbs);
        Assert.Empty(Directory.EnumerateFileSystemEntries(CacheDirectory));
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0"}""")]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.300/24"}]}""")]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/24","interface":7}]}""")]
    [InlineData("""{"cniVersion":"1.0.0","ips":"many"}""")]
    [InlineData("[1]")]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"\ud800"}]}""")]
    [InlineData("""{"x":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""")]
    public async Task Add_WhenTheLastResultIsBad_DelDetachesAll(string result)
    {
        using var fake = new FakeCniPlugins("third");
        fake.Plan("ADD", null, "print", result);

        var network = Network(null, fake.PluginDirectory, _fakes.PluginDirectory);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => network.AddAsync(Request(), CancellationToken.None));

        Assert.Equal(ErrorKind.Internal, failure.Kind);
        Assert.Contains("third", failure.Message, StringComparison.Ordinal);
        await network.DelAsync(CacheDirectory, CancellationToken.None);
        Assert.Equal(["ADD first", "ADD second", "DEL second", "DEL first"], _fakes.Verbs);
    }

    [Fact]
    public async Task Add_WhenTheCallerGoes_ThePluginIsKilledAndDelDetachesAll()
    {
        using var fake = new FakeCniPlugins("third");
        fake.Plan("ADD", 1, "hang");
        using var caller = new CancellationTokenSource();
        using var called = new FileSystemWatcher(fake.PluginDirectory, "in.1") { EnableRaisingEvents = true };
        var started = new TaskCompletionSource();
        called.Created += (_, _) => started.TrySetResult();

        var network = Network(null, fake.PluginDirectory, _fakes.PluginDirectory);
        var adding = network.AddAsync(Request(), caller.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
        await network.DelAsync(CacheDirectory, CancellationToken.None);
        Assert.Equal(["ADD third", "DEL third"], fake.Verbs);
        Assert.Equal(["ADD first", "ADD second", "DEL second", "DEL first"], _fakes.Verbs);
    }

    [Fact]
    public async Task Add_WhenTheTotalLimitIsOver_Fails()
    {
        _fakes.Plan("ADD", 1, "hang");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network(new CniLimits { Total = TimeSpan.FromSeconds(3) }).AddAsync(Request(), CancellationToken.None));

        Assert.Equal(ErrorKind.DeadlineExceeded, failure.Kind);
        Assert.Contains("pod default/pod-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("took longer than 3 s at ADD for pod default/pod-1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_WhenAPluginHangs_ItsChildrenDieWithIt()
    {
        _fakes.Plan("ADD", 1, "hang-child");

        await Assert.ThrowsAsync<RuntimeException>(() => Network(new CniLimits { Plugin = TimeSpan.FromSeconds(3) }).AddAsync(Request(), CancellationToken.None));

        await AssertNoPluginRunsAsync();
    }

    [Fact]
    public async Task Del_WhenTheTimeOfAllIsUsedUp_TheOthersAreNamed()
    {
        await Network().AddAsync(Request(), CancellationToken.None);
        _fakes.Plan("DEL", null, "hang");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network(new CniLimits { Total = TimeSpan.FromSeconds(2) }).DelAsync(CacheDirectory, CancellationToken.None));

        Assert.Contains("CNI plugin third of network net1 took longer than", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CNI plugin first of network net1 was not run at DEL for sandbox sandbox-1: the 2 s that all plugins have together were used up", failure.Message, StringComparison.Ordinal);
        Assert.True(SandboxNetwork.IsAttached(CacheDirectory));
    }

    [Fact]
    public async Task Del_WhenItFailsAfterAFailedAdd_CanBeTriedAgain()
    {
        _fakes.Plan("ADD", 1, "fail", "first reason");
        _fakes.Plan("DEL", 1, "fail", "second reason");
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().AddAsync(Request(), CancellationToken.None));
        Assert.Contains("first reason", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new AttachedPod("default", "pod-1"), SandboxNetwork.TryReadPod(CacheDirectory));

        failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().DelAsync(CacheDirectory, CancellationToken.None));
        Assert.Contains("second reason", failure.Message, StringComparison.Ordinal);
        await Network().DelAsync(CacheDirectory, CancellationToken.None);
        await Network().DelAsync(CacheDirectory, CancellationToken.None);

        Assert.Equal(["ADD first", "DEL third", "DEL second", "DEL first", "DEL third", "DEL second", "DEL first"], _fakes.Verbs);
        Assert.Empty(Directory.EnumerateFileSystemEntries(CacheDirectory));
    }

    [Fact]
    public async Task Del_WhenAPluginFails_TheOthersRunAndARetryGetsTheCachedResult()
    {
        await Network().AddAsync(Request(), CancellationToken.None);
        _fakes.Plan("DEL", 1, "fail", "busy");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().DelAsync(CacheDirectory, CancellationToken.None));
        Assert.Equal(3, failure.Message.Split("busy").Length - 1);

        await File.WriteAllTextAsync(ConfigFile, "broken meanwhile");
        await Network().DelAsync(CacheDirectory, CancellationToken.None);

        Assert.Equal(["DEL third", "DEL second", "DEL first", "DEL third", "DEL second", "DEL first"], _fakes.Verbs.Skip(3));
        Assert.Equal("10.254.0.1/16", (string?)_fakes.InputOf(7)["prevResult"]!["ips"]![0]!["address"]);
        Assert.Equal("", _fakes.EnvironmentOf(7)["CNI_NETNS"]);
    }

    [Fact]
    public async Task Add_WhenAttachedAlready_IsRefused()
    {
        await Network().AddAsync(Request(), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().AddAsync(Request(), CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Equal(3, _fakes.Calls.Count);
        Assert.Equal("10.254.0.1", SandboxNetwork.TryReadResult(CacheDirectory)!.Ips[0].ToString());
    }

    [Fact]
    public async Task Check_WhenAPluginMissesSomething_ItsWordsAreTold()
    {
        await Network().AddAsync(Request(), CancellationToken.None);
        await Network().CheckAsync(CacheDirectory, CancellationToken.None);
        _fakes.Plan("CHECK", 2, "fail", "route is missing");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().CheckAsync(CacheDirectory, CancellationToken.None));

        Assert.Contains("route is missing", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["CHECK first", "CHECK second", "CHECK third", "CHECK first"], _fakes.Verbs.Skip(3));
    }

    [Theory]
    [InlineData("0.3.1", false, false)]
    [InlineData("1.0.0", true, true)]
    public async Task Check_WhenTheNetworkCantOrDoesNotWant_NobodyIsAsked(string version, bool disableCheck, bool deletesWithResult)
    {
        await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["first"], version).Replace("\"name\"", $"\"disableCheck\": {(disableCheck ? "true" : "false")}, \"name\"", StringComparison.Ordinal));
        await Network().AddAsync(Request(), CancellationToken.None);

        await Network().CheckAsync(CacheDirectory, CancellationToken.None);
        await Network().DelAsync(CacheDirectory, CancellationToken.None);

        Assert.Equal(["ADD first", "DEL first"], _fakes.Verbs);
        Assert.Equal(deletesWithResult, _fakes.InputOf(2)["prevResult"] is not null);
    }

    [Theory]
    [InlineData("a;K8S_POD_UID=x", "default", "sandbox-1", "eth0")]
    [InlineData("pod", "a=b", "sandbox-1", "eth0")]
    [InlineData("pod", "a\nb", "sandbox-1", "eth0")]
    [InlineData("pod", "default", "../sandbox", "eth0")]
    [InlineData("pod", "default", "sandbox-1", "eth0/../x")]
    [InlineData("pod", "default", "sandbox-1", "an-interface-name-too-long")]
    public async Task Add_WhenAValueCouldBeReadAsSomethingElse_IsRefused(string name, string podNamespace, string id, string interfaceName)
    {
        var request = Request() with { PodName = name, PodNamespace = podNamespace, ContainerId = id, InterfaceName = interfaceName };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().AddAsync(request, CancellationToken.None));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Empty(_fakes.Calls);
        Assert.False(Directory.Exists(CacheDirectory));
    }

    [Fact]
    public async Task Status_WhenAPluginIsMissing_NamesItAndTheFolders()
    {
        Assert.True((await Network().StatusAsync(CancellationToken.None)).IsReady);
        await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["first", "absent"]));

        var status = await Network().StatusAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().AddAsync(Request(), CancellationToken.None));

        Assert.Equal((false, "NetworkPluginNotReady"), (status.IsReady, status.Reason));
        Assert.Contains("\"absent\"", status.Message, StringComparison.Ordinal);
        Assert.Contains(_fakes.PluginDirectory, status.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Empty(_fakes.Calls);
    }

    [Fact]
    public async Task Status_WhenTheNetworkSpeaks11_ItsPluginsAreAskedAndToldOfGarbage()
    {
        await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["first", "second"], "1.1.0"));
        await Network().CollectGarbageAsync(() => [new ValidAttachment("sandbox-1")], CancellationToken.None);
        Assert.Equal("""[{"containerID":"sandbox-1","ifname":"eth0"}]""", _fakes.InputOf(1)["cni.dev/valid-attachments"]!.ToJsonString());
        _fakes.Plan("STATUS", 1, "fail", "the address server is away");

        var status = await Network().StatusAsync(CancellationToken.None);

        Assert.False(status.IsReady);
        Assert.Contains("the address server is away", status.Message, StringComparison.Ordinal);
        Assert.Equal(["GC first", "GC second", "STATUS first"], _fakes.Verbs);
    }

    [Fact]
    public async Task Del_WhenTheRecordIsDamaged_SaysSo()
    {
        Directory.CreateDirectory(CacheDirectory);
        await File.WriteAllTextAsync(Path.Combine(CacheDirectory, "attachment.json"), "{\"version\":1,");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().DelAsync(CacheDirectory, CancellationToken.None));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
        Assert.Contains("attachment.json", failure.Message, StringComparison.Ordinal);
    }

    private Task AssertNoPluginRunsAsync() => WaitUntilAsync(() => !ProcessListing.Marked([_fakes.PluginDirectory]).Any());

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private SandboxNetwork Network(CniLimits? limits = null, params string[] directories) =>
        new(new CniConfigStore(_root), new CniPlugins(directories.Length > 0 ? directories : [_fakes.PluginDirectory]), limits);

    private CniRequest Request() => new()
    {
        ContainerId = "sandbox-1",
        NetNsPath = "/run/netns-1",
        CacheDirectory = CacheDirectory,
        PodName = "pod-1",
        PodNamespace = "default",
        PodUid = "uid-1",
    };
}
