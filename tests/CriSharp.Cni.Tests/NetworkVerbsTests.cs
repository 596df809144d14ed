using CriSharp.Linux.Processes;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeCni;
using CriSharp.TestSupport.Leftovers;

namespace CriSharp.Cni.Tests;

/// <summary>STATUS and GC of CNI 1.1, by fake plugins; and what becomes of plugins that run when a daemon ends.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class NetworkVerbsTests : IAsyncLifetime
{
    private readonly FakeCniPlugins _fakes = new("first", "second");
    private readonly string _root = Directory.CreateTempSubdirectory("cni-tests-").FullName;
    private readonly List<SandboxNetwork> _networks = [];

    private string ConfigFile => Path.Combine(_root, "10-fake.conflist");

    public async Task InitializeAsync() => await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["first", "second"], "1.1.0"));

    public async Task DisposeAsync()
    {
        foreach (var network in _networks)
        {
            await network.DisposeAsync();
        }

        await WaitUntilAsync(() => !ProcessListing.Marked([_fakes.PluginDirectory]).Any());
        _fakes.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Status_WhenAPluginHangs_TheLastAnswerStandsAndNobodyElseIsCalled()
    {
        var network = Network(new CniLimits { StatusPatience = TimeSpan.FromSeconds(3), Status = TimeSpan.FromSeconds(12) });
        await WaitUntilAsync(async () => (await network.StatusAsync(CancellationToken.None)).IsReady);
        var before = _fakes.Calls.Count;
        _fakes.Plan("STATUS", null, "hang");

        Assert.True((await network.StatusAsync(CancellationToken.None)).IsReady);
        await WaitUntilAsync(() => _fakes.Calls.Count == before + 1);
        Assert.True((await network.StatusAsync(CancellationToken.None)).IsReady);
        Assert.Equal(before + 1, _fakes.Calls.Count);

        var status = await UntilNotReadyAsync(network);
        Assert.Contains("CNI plugin first of network net1 took longer than 12 s at STATUS and was killed", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WhenNoPluginHasAnsweredYet_SaysSo()
    {
        _fakes.Plan("STATUS", null, "hang");

        var status = await Network(new CniLimits { StatusPatience = TimeSpan.FromMilliseconds(50) }).StatusAsync(CancellationToken.None);

        Assert.Equal((false, "NetworkPluginNotReady"), (status.IsReady, status.Reason));
        Assert.Contains("net1", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WhenTheNetworkChanges_TheAnswerOfTheOtherIsNotGiven()
    {
        var network = Network(new CniLimits { StatusPatience = TimeSpan.FromSeconds(30) });
        Assert.True((await network.StatusAsync(CancellationToken.None)).IsReady);
        await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net2", ["second"], "1.1.0"));
        _fakes.Plan("STATUS", null, "fail", "second is away");

        var status = await network.StatusAsync(CancellationToken.None);

        Assert.False(status.IsReady);
        Assert.Contains("second is away", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_WhenASandboxIsBeingAttached_IsLeftForLater()
    {
        _fakes.Plan("ADD", 1, "hang");
        using var caller = new CancellationTokenSource();
        var network = Network();
        var adding = network.AddAsync(Request("one"), caller.Token);
        await WaitUntilAsync(() => _fakes.Calls.Count == 1);

        Assert.False(await network.CollectGarbageAsync(() => [], CancellationToken.None));

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
        Assert.True(await network.CollectGarbageAsync(() => [], CancellationToken.None));
        Assert.Equal(["ADD first", "GC first", "GC second"], _fakes.Verbs);
    }

    [Fact]
    public async Task Add_WhenGarbageIsCollected_WaitsForItsEnd()
    {
        _fakes.Plan("GC", null, "hang");
        var network = Network(new CniLimits { Garbage = TimeSpan.FromSeconds(5) });
        var collecting = network.CollectGarbageAsync(() => [], CancellationToken.None);
        await WaitUntilAsync(() => _fakes.Calls.Count == 1);

        var adding = network.AddAsync(Request("one"), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => collecting);
        Assert.Equal(ErrorKind.DeadlineExceeded, failure.Kind);
        await adding;
        Assert.Equal(["GC first", "ADD first", "ADD second"], _fakes.Verbs);
    }

    [Fact]
    public async Task Garbage_WhenOnePluginFails_TheOthersAreAsked()
    {
        _fakes.Plan("GC", null, "fail", "the store is locked");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Network().CollectGarbageAsync(() => [new ValidAttachment("one")], CancellationToken.None));

        Assert.Equal(3, failure.Message.Split("the store is locked").Length);
        Assert.Equal(["GC first", "GC second"], _fakes.Verbs);
    }

    [Fact]
    public async Task Dispose_WhenAPluginRuns_EndsItAndTheAttachmentStays()
    {
        _fakes.Plan("ADD", 1, "hang-child");
        var network = Network();
        var adding = network.AddAsync(Request("one"), CancellationToken.None);
        await WaitUntilAsync(() => _fakes.Calls.Count == 1);

        await network.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
        await WaitUntilAsync(() => !ProcessListing.Marked([_fakes.PluginDirectory]).Any());
        Assert.True(SandboxNetwork.IsAttached(Path.Combine(_root, "one")));
    }

    [Fact]
    public async Task Del_WhenAnEarlierDaemonsPluginStillRuns_ItEndsFirst()
    {
        using var orphan = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/sleep",
            Arguments = ["sleep", "infinity"],
            Environment = [$"CRISHARP_PLUGIN_OF={_root}|1:1", $"CNI_PATH={_fakes.PluginDirectory}"],
            Descriptors = [new ChildDescriptor(0, MemoryFile.Create("stdin", "x"u8))],
            NewSession = true,
        });
        using var stranger = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/sleep",
            Arguments = ["sleep", "infinity"],
            Environment = [$"CRISHARP_PLUGIN_OF={_root}-other|1:1", $"CNI_PATH={_fakes.PluginDirectory}"],
            Descriptors = [new ChildDescriptor(0, MemoryFile.Create("stdin", "x"u8))],
            NewSession = true,
        });

        await Network().AddAsync(Request("one"), CancellationToken.None);

        Assert.True(orphan.Handle.HasExited);
        Assert.False(stranger.Handle.HasExited);
        stranger.KillSession();
    }

    private static async Task<NetworkStatus> UntilNotReadyAsync(SandboxNetwork network)
    {
        NetworkStatus? status = null;
        await WaitUntilAsync(async () => !(status = await network.StatusAsync(CancellationToken.None)).IsReady);
        return status!;
    }

    private static Task WaitUntilAsync(Func<bool> condition) => WaitUntilAsync(() => Task.FromResult(condition()));

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private SandboxNetwork Network(CniLimits? limits = null)
    {
        var network = new SandboxNetwork(new CniConfigStore(_root), new CniPlugins([_fakes.PluginDirectory]), limits, _root);
        _networks.Add(network);
        return network;
    }

    private CniRequest Request(string id) => new()
    {
        ContainerId = id,
        NetNsPath = $"/run/netns-{id}",
        CacheDirectory = Path.Combine(_root, id),
        PodName = "pod-1",
        PodNamespace = "default",
        PodUid = "uid-1",
    };
}
