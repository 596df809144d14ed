using System.Net;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Networks;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Audits;

/// <summary>
/// Leftovers of every kind are made by hand beside pods that live, of this instance and of another one: a start, or a person's audit, removes them
/// and nothing else.
/// </summary>
public sealed class AuditTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private DaemonInstance _other = null!;
    private string _image = "";

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host, "--audit-interval", "0s");
        _other = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host, "--audit-interval", "0s");
        var reference = await _registry.PushBusyboxAsync();
        _image = await _daemon.Client.PullAsync(reference);
        await _other.Client.PullAsync(reference);
    }

    public async Task DisposeAsync()
    {
        NetworkLink.Delete(Leftovers.Link);
        await _daemon.DisposeAsync();
        await _other.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Fix_WhenThereAreLeftoversOfEveryKind_RemovesThemAndNothingElse()
    {
        var pods = await RunPodsAsync();
        var before = _daemon.Snapshot();
        var leftovers = new Leftovers(_daemon);
        await leftovers.MakeAsync();

        var (code, listed) = await AuditAsync();
        Assert.Equal(1, code);
        Assert.Equal(Leftovers.Kinds.Order(), listed.Findings.Select(finding => finding.Kind).Distinct().Order());

        var (fixCode, fixedOnes) = await AuditAsync("--fix");

        Assert.All(fixedOnes.Findings, finding => Assert.True(finding.State == FindingState.Removed, $"{finding}"));
        Assert.Equal(0, fixCode);
        Assert.Empty(await _daemon.DifferencesAsync(before));
        Assert.Equal(0, (await AuditAsync()).Code);
        await AssertAliveAsync(pods);
        Assert.Contains("crisharp_leftovers_removed_total{kind=\"container\"} 0", await MetricsAsync());
        Assert.DoesNotContain("crisharp_leftovers_removed_total{kind=\"mount\"} 0", await MetricsAsync());
    }

    [Fact]
    public async Task Start_WhenLeftoversWereMadeMeanwhile_RemovesWhatIsSurelyOursAndListsTheRest()
    {
        var pods = await RunPodsAsync();
        var before = _daemon.Snapshot();
        await _daemon.StopDaemonAsync();
        var leftovers = new Leftovers(_daemon);
        await leftovers.MakeAsync();

        await _daemon.StartDaemonAsync();

        // What has time is removed behind the first callers.
        var kinds = await KindsAsync();
        for (var tries = 0; tries < 20 && !kinds.SequenceEqual(Leftovers.KindsForPeople.Order()); tries++)
        {
            kinds = await KindsAsync();
        }

        Assert.Equal(Leftovers.KindsForPeople.Order(), kinds);
        Assert.Equal(0, (await AuditAsync("--fix")).Code);
        Assert.Empty(await _daemon.DifferencesAsync(before));
        await AssertAliveAsync(pods);
    }

    private async Task<List<string>> KindsAsync() => [.. (await AuditAsync()).Document.Findings.Select(finding => finding.Kind).Distinct().Order()];

    [Fact]
    public async Task Records_WhenTheyAreGoneWhileThePodLives_TheWholePodIsRemoved()
    {
        await WarmUpAsync();
        var before = _daemon.Snapshot();
        var kept = await RunPodAsync(_daemon);
        var container = await kept.StartAsync(PodConfigs.Sleeper(_image));
        var withKept = _daemon.Snapshot();
        var lost = await RunPodAsync(_daemon);
        var lostContainer = await lost.StartAsync(PodConfigs.Sleeper(_image));
        await _daemon.KillDaemonAsync();

        Directory.Delete(Path.Combine(_daemon.Root, "sandboxes", lost.Id), recursive: true);
        Directory.Delete(Path.Combine(_daemon.Root, "containers", lostContainer), recursive: true);
        await _daemon.StartDaemonAsync();

        Assert.Empty(await _daemon.DifferencesAsync(withKept));
        Assert.Equal(0, (await AuditAsync()).Code);
        Assert.Equal(ContainerState.ContainerRunning, (await _daemon.Client.StatusAsync(container)).State);
        await kept.EndAsync();
        Assert.Empty(await _daemon.DifferencesAsync(before));
    }

    [Fact]
    public async Task BrokenRecord_WhenSetAside_IsListedAndItsPodLeftAlone()
    {
        var pod = await RunPodAsync(_daemon);
        var pid = await InitPidAsync(_daemon, await pod.StartAsync(PodConfigs.Sleeper(_image)));
        await _daemon.StopDaemonAsync();
        await File.WriteAllTextAsync(Path.Combine(_daemon.Root, "sandboxes", pod.Id, "record.json"), "{ half");
        await _daemon.StartDaemonAsync();

        var (code, audit) = await AuditAsync("--fix");

        var finding = Assert.Single(audit.Findings);
        Assert.Equal((1, "broken record", FindingState.Stays), (code, finding.Kind, finding.State));
        Assert.Contains(pod.Id, finding.Subject);
        Assert.True(Directory.Exists(finding.Subject));
        Assert.NotEmpty(_daemon.Network.Leases);
        Assert.True(Directory.Exists($"/proc/{pid}"));
        Assert.Contains("crisharp_broken_records{noun=\"pod sandbox\"} 1", await MetricsAsync());
        Assert.Contains("crisharp_leftovers{kind=\"broken record\"} 1", await MetricsAsync());
    }

    [Fact]
    public async Task Audits_WhenPodsAreMadeAndRemovedAllTheWhile_HurtNone()
    {
        await WarmUpAsync();
        var before = _daemon.Snapshot();
        using var end = new CancellationTokenSource();
        var audits = Enumerable.Range(0, 2).Select(_ => AuditUntilAsync(end.Token)).ToArray();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                for (var round = 0; round < 6; round++)
                {
                    var pod = await RunPodAsync(_daemon);
                    var container = await pod.StartAsync(PodConfigs.Sleeper(_image));
                    Assert.Equal("alive\n", await _daemon.Client.ExecTextAsync(container, "echo", "alive"));
                    await _daemon.Client.StopAsync(container, 0);
                    Assert.Equal(137, (await _daemon.Client.StatusAsync(container)).ExitCode);
                    await _daemon.Client.RemoveAsync(container);
                    await pod.EndAsync();
                }
            }));
        }
        finally
        {
            await end.CancelAsync();
        }

        Assert.Empty((await Task.WhenAll(audits)).SelectMany(found => found));
        Assert.Empty(await _daemon.DifferencesAsync(before));
        Assert.Empty(_daemon.Network.Leases);
        Assert.DoesNotContain("Swept", _daemon.Log);
    }

    [Fact]
    public async Task Timer_WhenItsTimeComes_RemovesWhatIsSurelyOurs()
    {
        await _daemon.StopDaemonAsync();
        await _daemon.StartDaemonAsync("--insecure-registry", _registry.Host, "--audit-interval", "1s");
        var folder = Path.Combine(_daemon.RunRoot, "sandboxes", Leftovers.NewId(), "shm");
        Directory.CreateDirectory(folder);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!_daemon.Log.Contains("Swept a leftover pod folder", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task AdminSocket_WhenAsked_AnswersItsMethodsAloneAndIsAsClosedAsTheOther()
    {
        using var client = AdminSocket.Connect(_daemon.Socket);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync(AdminAddress.AuditPath, null)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync(AdminAddress.AuditFixPath)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(AdminAddress.AuditFixPath, null)).StatusCode);
        Assert.Equal(File.GetUnixFileMode(_daemon.Socket), File.GetUnixFileMode(AdminAddress.Beside(_daemon.Socket)));

        var figures = await client.GetAsync(AdminAddress.MetricsPath);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", figures.Content.Headers.ContentType!.ToString());
        var lines = (await figures.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+\\})? [-+0-9.eE]+)$", line));
        Assert.Contains("crisharp_images 1", lines);
        Assert.Contains("crisharp_pod_sandboxes{state=\"ready\"} 0", lines);
        Assert.Contains("crisharp_leftovers{kind=\"mount\"} 0", lines);
        Assert.DoesNotContain("crisharp_audit_last_run_timestamp_seconds 0", lines);
    }

    /// <summary>Makes the folders that the first pod and the first container bring.</summary>
    private async Task WarmUpAsync()
    {
        var pod = await RunPodAsync(_daemon);
        await pod.StartAsync(PodConfigs.Sleeper(_image));
        await pod.EndAsync();
    }

    /// <returns>Everything that an audit has found, until it is told to stop.</returns>
    private async Task<IReadOnlyList<string>> AuditUntilAsync(CancellationToken end)
    {
        var found = new List<string>();
        while (!end.IsCancellationRequested)
        {
            found.AddRange((await AuditAsync("--fix")).Document.Findings.Select(finding => $"{finding}"));
        }

        return found;
    }

    private async Task<(RunningPod Pod, string Container, DaemonInstance Daemon)[]> RunPodsAsync()
    {
        var pods = new List<(RunningPod, string, DaemonInstance)>();
        foreach (var daemon in (DaemonInstance[])[_daemon, _other])
        {
            var pod = await RunPodAsync(daemon);
            pods.Add((pod, await pod.StartAsync(PodConfigs.Sleeper(_image)), daemon));

            // Where clients name no cgroup, those of all instances have the same parent.
            var plain = await RunPodAsync(daemon, config => config.Linux.CgroupParent = "");
            pods.Add((plain, await plain.StartAsync(PodConfigs.Sleeper(_image)), daemon));
        }

        return [.. pods];
    }

    private static async Task AssertAliveAsync((RunningPod Pod, string Container, DaemonInstance Daemon)[] pods)
    {
        foreach (var (pod, container, daemon) in pods)
        {
            Assert.Equal("alive\n", await daemon.Client.ExecTextAsync(container, "echo", "alive"));
            Assert.Equal(PodSandboxState.SandboxReady, (await daemon.Client.PodStatusAsync(pod.Id)).State);
            await pod.EndAsync();
        }

        Assert.DoesNotContain("Swept", pods[^1].Daemon.Log);
    }

    private static async Task<RunningPod> RunPodAsync(DaemonInstance daemon, Action<PodSandboxConfig>? change = null)
    {
        var config = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
        change?.Invoke(config);
        return new RunningPod(() => daemon.Client, await daemon.Client.RunPodAsync(config), config);
    }

    private async Task<(int Code, AuditDocument Document)> AuditAsync(params string[] words)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = PublishedPrograms.Ctl,
                Arguments = ["--endpoint", _daemon.Socket, "--json", "audit", .. words],
                Environment = ["PATH=/usr/bin:/bin"],
                TimeLimit = TimeSpan.FromMinutes(2),
                OutputLimitBytes = 1 << 20,
            },
            CancellationToken.None);
        Assert.True(output.StandardOutputText.Length > 0, output.StandardErrorText);
        return (output.Exit.ShellCode, JsonSerializer.Deserialize(output.StandardOutputText, AdminJson.Default.AuditDocument)!);
    }

    private async Task<string> MetricsAsync()
    {
        using var client = AdminSocket.Connect(_daemon.Socket);
        return await client.GetStringAsync(AdminAddress.MetricsPath);
    }

    private static async Task<int> InitPidAsync(DaemonInstance daemon, string container)
    {
        var answer = await daemon.Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = JsonDocument.Parse(answer.Info["info"]);
        return info.RootElement.GetProperty("pid").GetInt32();
    }
}
