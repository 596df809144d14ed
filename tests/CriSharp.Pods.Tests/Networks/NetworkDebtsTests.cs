using System.Collections.Concurrent;
using CriSharp.Cni;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeCni;
using CriSharp.TestSupport.Leftovers;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Networks;

/// <summary>Real (fake) plugins in virtual time.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class NetworkDebtsTests : IAsyncLifetime
{
    private static readonly TimeSpan DelLimit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pods-tests-");
    private readonly FakeCniPlugins _fakes = new("fake");
    private readonly ManualTime _time = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly ConcurrentQueue<string> _stages = new();
    private readonly PodSandboxRecord _record = Samples.Sandbox();

    private InstanceFolders Folders => new(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));

    private string DebtFolder => Path.Combine(Folders.NetworkDebts, _record.Id.ToString());

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "10.conflist"), FakeCniPlugins.Conflist("net1", ["fake"]));
        new PodSandboxStore(Folders).Begin(_record);
    }

    public async Task DisposeAsync()
    {
        _opened.Reverse();
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }

        await WaitUntilAsync(() => !ProcessListing.Marked([_fakes.PluginDirectory]).Any());
        NamespacePins.Unpin(Folders.NamespacesOf(_record.Id));
        _fakes.Dispose();
        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task Owe_WhenDelWorks_IsPaidBeforeTheWaitIsOver()
    {
        var debts = await OweAsync();

        await debts.WaitAsync(_record.Id, CancellationToken.None);

        Assert.Equal(["ADD fake", "DEL fake"], _fakes.Verbs);
        Assert.Empty(debts.All);
        Assert.False(Directory.Exists(DebtFolder));
        Assert.False(Directory.Exists(Folders.NetworkOf(_record.Id)));
    }

    [Fact]
    public async Task Owe_WhenNothingIsAttached_OwesNothing()
    {
        var debts = Debts(Network());

        debts.Owe(_record);
        await debts.WaitAsync(_record.Id, CancellationToken.None);

        Assert.False(debts.IsOwed(_record.Id));
        Assert.Empty(_fakes.Calls);
    }

    [Fact]
    public async Task Owe_WhenDelFails_IsSeenAndTriedWithGrowingPausesForEver()
    {
        _fakes.Plan("DEL", null, "fail", "the bridge is on fire");

        var debts = await OweAsync();
        await debts.WaitAsync(_record.Id, CancellationToken.None);

        var debt = Assert.Single(debts.All);
        Assert.Equal((_record.Id, "shop/web", 1, 1), (debt.Sandbox, debt.Pod, debt.Tries, debts.Count));
        Assert.Contains("the bridge is on fire", debt.LastWords);
        var pauses = new List<double>();
        for (var tries = 1; tries <= 11; tries++)
        {
            await WaitUntilAsync(() => debts.All[0].Tries == tries && _time.Waits.Count == 1);
            pauses.Add(_time.Waits[0].TotalSeconds);
            _time.Advance(_time.Waits[0]);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], pauses);
        // Metrics have a series for each.
        Assert.Equal(["try"], _stages.Distinct());
        _fakes.ClearPlan();
        await WaitUntilAsync(() => debts.All.Count == 0 || _time.Waits.Count == 1);
        _time.Advance(TimeSpan.FromMinutes(5));
        await WaitUntilAsync(() => debts.All.Count == 0);
        Assert.False(Directory.Exists(DebtFolder));
    }

    [Fact]
    public async Task Owe_WhenDelHangs_TheWaitEndsAndTheDebtIsSeen()
    {
        _fakes.Plan("DEL", null, "hang");
        var debts = await OweAsync();
        var waiting = debts.WaitAsync(_record.Id, CancellationToken.None);
        await WaitUntilAsync(() => _fakes.Calls.Count == 2);
        Assert.False(waiting.IsCompleted);
        Assert.Empty(debts.All);

        _time.Advance(DelLimit);

        await waiting;
        var debt = Assert.Single(debts.All);
        Assert.Equal(0, debt.Tries);
        Assert.Contains("30 s", debt.LastWords);
        Assert.True(Directory.Exists(DebtFolder));
    }

    [Fact]
    public async Task Dispose_WhenDelHangs_EndsItAndTheDebtStays()
    {
        _fakes.Plan("DEL", null, "hang-child");
        var debts = await OweAsync();
        await WaitUntilAsync(() => _fakes.Calls.Count == 2);

        await debts.DisposeAsync();

        await WaitUntilAsync(() => !ProcessListing.Marked([_fakes.PluginDirectory]).Any());
        Assert.True(SandboxNetwork.IsAttached(DebtFolder));
    }

    [Fact]
    public async Task Owe_WhileItIsOwed_KeepsTheNamespaceAndGivesItsPathToThePlugin()
    {
        await NamespacePins.CreateAsync(Folders.NamespacesOf(_record.Id), new NamespaceRequest { Kinds = NamespaceKinds.Network | NamespaceKinds.Uts });
        var pin = NamespacePins.PathOf(Folders.NamespacesOf(_record.Id), NamespaceKinds.Network);
        _fakes.Plan("DEL", null, "fail", "not now");
        var debts = await OweAsync();
        await debts.WaitAsync(_record.Id, CancellationToken.None);

        NamespacePins.Unpin(Folders.NamespacesOf(_record.Id), NamespaceKinds.Uts | NamespaceKinds.Ipc);
        Assert.True(debts.IsOwed(_record.Id));
        Assert.True(new NetworkNamespace(pin).Exists);
        Assert.Equal(pin, _fakes.EnvironmentOf(2)["CNI_NETNS"]);

        _fakes.ClearPlan();
        await WaitUntilAsync(() => _time.Waits.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitUntilAsync(() => debts.Count == 0);
        Assert.False(debts.IsOwed(_record.Id));
        Assert.False(Directory.Exists(Folders.RunOf(_record.Id)));
    }

    [Fact]
    public async Task TakeUp_WhenAnEarlierDaemonOwed_GoesOnCountingAndPays()
    {
        _fakes.Plan("DEL", null, "fail", "not now");
        var earlier = await OweAsync();
        await earlier.WaitAsync(_record.Id, CancellationToken.None);
        await earlier.DisposeAsync();
        var since = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));

        var later = Debts(Network());
        later.TakeUp();

        await WaitUntilAsync(() => later.All is [{ Tries: 2 }] && _time.Waits.Count == 1);
        Assert.Equal((since, "shop/web"), (later.All[0].Since, later.All[0].Pod));
        _fakes.ClearPlan();
        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitUntilAsync(() => later.Count == 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folders.NetworkDebts));
    }

    [Fact]
    public async Task TakeUp_WhenKilledBetweenDelAndTheLastFolder_RemovesTheRest()
    {
        Directory.CreateDirectory(DebtFolder);
        var debts = Debts(Network());

        debts.TakeUp();

        await WaitUntilAsync(() => !Directory.Exists(DebtFolder) && debts.Count == 0);
        Assert.Empty(_fakes.Calls);
    }

    [Theory]
    [InlineData("{\"version\":1,")]
    [InlineData("{\"version\":7}")]
    public async Task TakeUp_WhenTheAttachmentIsDamaged_SetsItAsideAndOwesNothing(string damaged)
    {
        await NamespacePins.CreateAsync(Folders.NamespacesOf(_record.Id), new NamespaceRequest { Kinds = NamespaceKinds.Network });
        Directory.CreateDirectory(DebtFolder);
        await File.WriteAllTextAsync(Path.Combine(DebtFolder, "attachment.json"), damaged);
        var debts = Debts(Network());

        debts.TakeUp();

        await WaitUntilAsync(() => debts.Count == 0);
        Assert.Equal(damaged, await File.ReadAllTextAsync(Path.Combine(Folders.Root, "broken", $"network-debt-{_record.Id}", "attachment.json")));
        Assert.False(Directory.Exists(Folders.RunOf(_record.Id)));
    }

    [Fact]
    public async Task TakeUp_WhenManyAreOwed_FewAreTriedAtATime()
    {
        _fakes.Plan("DEL", null, "hang");
        var network = Network();
        for (var i = 0; i < 10; i++)
        {
            var record = Samples.Sandbox();
            new PodSandboxStore(Folders).Begin(record);
            await network.AddAsync(SandboxAttachment.RequestFor(record, Folders), CancellationToken.None);
            Directory.CreateDirectory(Folders.NetworkDebts);
            Directory.Move(Folders.NetworkOf(record.Id), Folders.NetworkDebtOf(record.Id));
        }

        var debts = Debts(network);
        debts.TakeUp();

        await WaitUntilAsync(() => _fakes.Calls.Count >= 14);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.Equal(14, _fakes.Calls.Count);
        Assert.Equal(10, debts.Count);
    }

    private async Task<NetworkDebts> OweAsync()
    {
        var network = Network();
        await network.AddAsync(SandboxAttachment.RequestFor(_record, Folders), CancellationToken.None);
        var debts = Debts(network);
        debts.Owe(_record);
        return debts;
    }

    private SandboxNetwork Network()
    {
        var network = new SandboxNetwork(new CniConfigStore(_root.FullName), new CniPlugins([_fakes.PluginDirectory]), new CniLimits { Plugin = TimeSpan.FromMinutes(10) });
        _opened.Add(network);
        return network;
    }

    private NetworkDebts Debts(SandboxNetwork network)
    {
        var options = new PodsOptions { Folders = Folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none", NetworkDelLimit = DelLimit, Time = _time };
        var operations = new Operations(TimeProvider.System) { OnStage = operation => _stages.Enqueue(operation.Stage) };
        var debts = new NetworkDebts(options, network, operations, NullLogger<NetworkDebts>.Instance);
        _opened.Add(debts);
        return debts;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }
}
