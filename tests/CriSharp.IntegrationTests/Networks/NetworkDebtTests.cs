using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.Linux.Namespaces;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Records;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Networks;

/// <summary>Network plugins that fail or hang keep no pod from ending; what they owe is paid later, whatever comes between.</summary>
public sealed class NetworkDebtTests : IAsyncLifetime
{
    private const string Words = "the moon is in the wrong place";

    private DaemonInstance _daemon = null!;
    private MachineSnapshot _before = null!;

    private CriClient Client => _daemon.Client;

    private IReadOnlyList<string> Pins => [.. _daemon.Snapshot().Lines.Where(line => line.StartsWith("mount", StringComparison.Ordinal) && line.EndsWith("/ns/net", StringComparison.Ordinal))];

    public async Task InitializeAsync()
    {
        _daemon = await DaemonInstance.StartAsync("--cni-del-timeout", "2s");
        // The first pod makes what stays for good: the bridge, the address plugin's own files.
        await Client.RemovePodAsync(await RunPodAsync());
        await WaitForPaymentAsync();
        _before = _daemon.Snapshot();
    }

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-after")]
    public async Task StopAndRemove_WhenDelFails_TheNamespaceAndTheAddressAreKeptUntilItWorks(string action)
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = await Client.RunPodAsync(config);
        _daemon.Plugins.Plan("DEL", null, action, Words);

        await Client.StopPodAsync(pod);
        await Client.StopPodAsync(pod);
        await Client.RemovePodAsync(pod);

        Assert.Empty(await Client.PodsAsync());
        Assert.Equal([pod], _daemon.NetworkDebts);
        Assert.Equal(action == "fail" ? 1 : 0, _daemon.Network.Leases.Count);
        Assert.Single(Pins);
        Assert.DoesNotContain(_daemon.Snapshot().Lines, line => line.EndsWith("/ns/uts", StringComparison.Ordinal) || line.EndsWith($"{pod}/hosts", StringComparison.Ordinal));
        // The name is free meanwhile, and another pod gets another address.
        var next = await Client.RunPodAsync(config);

        _daemon.Plugins.ClearPlan();
        await WaitForPaymentAsync();
        Assert.Single(_daemon.Network.Leases);
        Assert.Single(Pins);
        await Client.RemovePodAsync(next);
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("hang-child")]
    [InlineData("hang-after")]
    public async Task StopAndRemove_WhenDelHangs_EndWithoutItAndTheNextDaemonPays(string action)
    {
        var pod = await RunPodAsync();
        _daemon.Plugins.Plan("DEL", null, action);

        await Client.StopPodAsync(pod);
        await Client.RemovePodAsync(pod);

        Assert.Empty(await Client.PodsAsync());
        Assert.Equal([pod], _daemon.NetworkDebts);
        // Its time is not up yet: nobody has waited for that.
        Assert.NotEmpty(PluginsRunning());

        await _daemon.KillDaemonAsync();
        _daemon.Plugins.ClearPlan();
        await _daemon.StartDaemonAsync();
        await WaitForPaymentAsync();
        Assert.Empty(PluginsRunning());
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Stop_WhenTheDaemonIsStopped_EndsItsPlugins()
    {
        var pod = await RunPodAsync();
        _daemon.Plugins.Plan("DEL", null, "hang-child");
        await Client.StopPodAsync(pod);

        Assert.Equal(0, await _daemon.StopDaemonAsync());

        Assert.Empty(PluginsRunning());
        Assert.Equal([pod], _daemon.NetworkDebts);
        _daemon.Plugins.ClearPlan();
        await _daemon.StartDaemonAsync();
        await WaitForPaymentAsync();
        await Client.RemovePodAsync(pod);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Restart_WhenKilledBetweenAFailedDelAndItsRetry_PaysAndCountsOn()
    {
        var pod = await RunPodAsync();
        _daemon.Plugins.Plan("DEL", null, "fail", Words);
        await Client.StopPodAsync(pod);
        await _daemon.KillDaemonAsync();

        await _daemon.StartDaemonAsync();
        await _daemon.WaitUntilAsync(() => Debt(pod) is { } debt && (int)debt["tries"]! >= 2);
        Assert.Contains(Words, (string?)Debt(pod)!["lastWords"]);
        await Client.RemovePodAsync(pod);
        _daemon.Plugins.ClearPlan();

        await WaitForPaymentAsync();
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("hang")]
    public async Task RunPodSandbox_WhenAddFailsAndItsUndoingToo_FailsInAddsWordsAndOnlyTheDebtIsLeft(string action)
    {
        _daemon.Plugins.Plan("ADD", null, "fail-after", Words);
        _daemon.Plugins.Plan("DEL", null, action, "and so is the sun");

        var failure = await Assert.ThrowsAsync<RpcException>(RunPodAsync);

        Assert.Contains(Words, failure.Status.Detail);
        Assert.Empty(await Client.PodsAsync());
        var debt = Assert.Single(_daemon.NetworkDebts);
        var left = _before.Compare(_daemon.Snapshot()).Where(line => line.StartsWith("+ file", StringComparison.Ordinal) || line.StartsWith("+ cgroup", StringComparison.Ordinal));
        Assert.DoesNotContain(left, line => line.Contains($"/sandboxes/{debt}", StringComparison.Ordinal) && !line.Contains($"{_daemon.RunRoot}/sandboxes/{debt}", StringComparison.Ordinal));
        Assert.DoesNotContain(left, line => line.Contains("cgroup", StringComparison.Ordinal) || line.EndsWith("/hosts", StringComparison.Ordinal));

        await _daemon.KillDaemonAsync();
        _daemon.Plugins.ClearPlan();
        await _daemon.StartDaemonAsync();
        await WaitForPaymentAsync();
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Restart_WhenKilledDuringAddAndUndoingFails_LeavesTheDebtAlone()
    {
        _daemon.Plugins.Plan("ADD", null, "hang-after");
        _daemon.Plugins.Plan("DEL", null, "fail", Words);
        var calls = _daemon.Plugins.Calls.Count;
        var running = Record.ExceptionAsync(RunPodAsync);
        await _daemon.WaitUntilAsync(() => _daemon.Plugins.Calls.Count > calls && _daemon.Network.Leases.Count == 1);

        await _daemon.KillDaemonAsync();
        await running;
        await _daemon.StartDaemonAsync();

        await _daemon.WaitUntilAsync(() => _daemon.NetworkDebts.Count == 1 && !Directory.EnumerateDirectories(Path.Combine(_daemon.Root, "sandboxes")).Any());
        Assert.Empty(await Client.PodsAsync());
        // The plugin that was left hanging ends before the first one of this daemon runs.
        await _daemon.WaitUntilAsync(() => !PluginsRunning().Any(line => line.Contains("sleep", StringComparison.Ordinal)));
        _daemon.Plugins.ClearPlan();
        await WaitForPaymentAsync();
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Restart_AfterAReboot_PodsGiveTheirAddressesBackUnasked()
    {
        var pod = await RunPodAsync();
        await _daemon.KillDaemonAsync();
        // What a reboot does: another boot, and no pins.
        var record = Path.Combine(_daemon.Root, "sandboxes", pod, "record.json");
        StoredRecord.Change(record, document => document["bootId"] = "an earlier boot");
        NamespacePins.Unpin(Path.Combine(_daemon.RunRoot, "sandboxes", pod, "ns"));
        var calls = _daemon.Plugins.Calls.Count;

        await _daemon.StartDaemonAsync();

        await _daemon.WaitUntilAsync(() => _daemon.Network.Leases.Count == 0 && _daemon.NetworkDebts.Count == 0);
        Assert.Equal("", _daemon.Plugins.EnvironmentOf(calls + 1)["CNI_NETNS"]);
        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(pod)).State);
        await Client.RemovePodAsync(pod);
        // The bridge plugin of 1.1.1 learns from inside the namespace which addresses it masquerades: no rule outlives a real reboot.
        Assert.DoesNotContain(await _daemon.DifferencesAsync(_before), line => !line.Contains("interface", StringComparison.Ordinal));
    }

    private Task<string> RunPodAsync() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs));

    private Task WaitForPaymentAsync() => _daemon.WaitUntilAsync(() => _daemon.NetworkDebts.Count == 0);

    private IReadOnlyList<string> PluginsRunning() => [.. ProcessListing.Marked([_daemon.Plugins.PluginDirectory]).Where(line => !line.Contains("crisharpd", StringComparison.Ordinal))];

    private JsonNode? Debt(string pod)
    {
        var file = Path.Combine(_daemon.Root, "network-debts", pod, "debt.json");
        return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) : null;
    }

    private async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(await _daemon.DifferencesAsync(_before));
        Assert.Empty(_daemon.Network.Leases);
        Assert.Empty(await _daemon.Network.RulesAsync());
    }
}
