using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.FakeCni;

namespace CriSharp.IntegrationTests.Networks;

/// <summary>GC and STATUS, which came with CNI 1.1.0, by a fake plugin: those of the distribution are older.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class NewestCniTests : IAsyncLifetime
{
    private readonly FakeCniPlugins _fake = new("newest");
    private DaemonInstance _daemon = null!;

    private CriClient Client => _daemon.Client;

    public async Task InitializeAsync()
    {
        _daemon = await DaemonInstance.StartAsync("--cni-plugin-dir", _fake.PluginDirectory, "--cni-del-timeout", "2s");
        await File.WriteAllTextAsync(_daemon.Network.ConfigFile, FakeCniPlugins.Conflist("newest", ["newest"], "1.1.0"));
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _fake.Dispose();
    }

    [Fact]
    public async Task Start_WhenPodsAreReadyStoppedAndOwed_OnlyTheReadyAreValid()
    {
        var (ready, stopped, owed) = (await RunPodAsync(), await RunPodAsync(), await RunPodAsync());
        await Client.StopPodAsync(stopped);
        _fake.Plan("DEL", null, "fail", "not now");
        await Client.StopPodAsync(owed);
        await _daemon.StopDaemonAsync();

        await _daemon.StartDaemonAsync();

        await _daemon.WaitUntilAsync(() => _fake.Verbs.Contains("GC newest"));
        var call = _fake.Verbs.ToList().IndexOf("GC newest") + 1;
        await _daemon.WaitUntilAsync(() => _fake.HasInputOf(call));

        // Other daemons of this machine may have pods, too.
        var valid = _fake.InputOf(call)["cni.dev/valid-attachments"]!.AsArray().Select(one => $"{one!["containerID"]}");
        Assert.Equal([ready], valid.Intersect([ready, stopped, owed]));
    }

    [Fact]
    public async Task Start_WhenGarbageCollectionHangs_PodsRunAllTheSame()
    {
        await _daemon.StopDaemonAsync();
        _fake.Plan("GC", null, "hang");
        await _daemon.StartDaemonAsync();
        await _daemon.WaitUntilAsync(() => _fake.Verbs.Contains("GC newest"));

        Assert.NotEqual("", await RunPodAsync());
    }

    [Fact]
    public async Task Status_WhenThePluginHangs_AnswersWithTheLastThatIsKnown()
    {
        await UntilAsync(network => network.Status);
        _fake.Plan("STATUS", null, "hang");

        Assert.True((await NetworkAsync()).Status);
        var refusal = await UntilAsync(network => !network.Status);
        Assert.Contains("took longer than 5 s at STATUS", refusal.Message);
        _fake.ClearPlan();
        await UntilAsync(network => network.Status);
    }

    private Task<string> RunPodAsync() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs));

    private async Task<RuntimeCondition> NetworkAsync() =>
        (await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited)).Status.Conditions.Single(condition => condition.Type == "NetworkReady");

    private async Task<RuntimeCondition> UntilAsync(Func<RuntimeCondition, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var network = await NetworkAsync();
            if (condition(network))
            {
                return network;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }
}
