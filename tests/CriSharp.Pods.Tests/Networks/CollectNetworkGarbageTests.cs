using CriSharp.Cni;
using CriSharp.Linux.Mounts;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.TestSupport.FakeCni;
using Microsoft.Extensions.Logging.Abstractions;
using CriSharp.Storage.Content;

namespace CriSharp.Pods.Tests.Networks;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class CollectNetworkGarbageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pods-tests-");
    private readonly FakeCniPlugins _fakes = new("fake");

    private InstanceFolders Folders => new(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));

    private string ConfigFile => Path.Combine(_root.FullName, "10.conflist");

    public async Task InitializeAsync() => await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["fake"], "1.1.0"));

    public Task DisposeAsync()
    {
        _fakes.Dispose();
        _root.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Run_WhenThereAreAllSorts_NamesThoseThatMustStay()
    {
        var network = Network();
        var (ready, broken, owed) = (await AttachAsync(network), await AttachAsync(network), await AttachAsync(network));
        new PodSandboxStore(Folders).Begin(Samples.Sandbox());
        new BrokenRecords(Folders.Root).SetAside("pod sandbox", $"{broken}", Path.Combine(Folders.SandboxRecords, $"{broken}"), "a test's");
        Directory.CreateDirectory(Folders.NetworkDebts);
        Directory.Move(Folders.NetworkOf(owed), Folders.NetworkDebtOf(owed));

        await Collect(network).RunAsync(CancellationToken.None);

        Assert.Equal("GC fake", _fakes.Verbs[^1]);
        Assert.Superset(new HashSet<string> { $"{ready}", $"{broken}" }, ValidIds());
        Assert.DoesNotContain($"{owed}", ValidIds());
    }

    [Fact]
    public async Task Run_WhenAnotherInstanceHasPods_NamesThemToo()
    {
        var (theirs, gone) = (PodSandboxId.New(), PodSandboxId.New());
        var shm = Directory.CreateDirectory(Path.Combine(_root.FullName, "other-run", "sandboxes", $"{theirs}", "shm")).FullName;
        Directory.CreateDirectory(Path.Combine(_root.FullName, "other-run", "sandboxes", $"{gone}"));
        Mounting.Tmpfs(shm, 1 << 20, 0x1FF);
        try
        {
            await Collect(Network()).RunAsync(CancellationToken.None);
        }
        finally
        {
            Mounting.Unmount(shm);
        }

        Assert.Contains($"{theirs}", ValidIds());
        Assert.DoesNotContain($"{gone}", ValidIds());
    }

    [Fact]
    public async Task Run_WhenAnotherRuntimeHasAttachedPods_NamesThemToo()
    {
        var (plain, dashed) = (PodSandboxId.New(), PodSandboxId.New());
        var results = Directory.CreateDirectory(Path.Combine(_root.FullName, "results")).FullName;
        await File.WriteAllTextAsync(Path.Combine(results, $"net1-{plain}-eth0"), "{}");
        await File.WriteAllTextAsync(Path.Combine(results, $"a-net-{dashed}-eth-0"), "{}");

        await Collect(Network(), results).RunAsync(CancellationToken.None);

        Assert.Superset(new HashSet<string> { $"{plain}", $"{dashed}" }, ValidIds());
    }

    [Theory]
    [InlineData("1.0.0")]
    [InlineData("")]
    public async Task Run_WhenTheNetworkCannot_AsksNobody(string version)
    {
        await File.WriteAllTextAsync(ConfigFile, FakeCniPlugins.Conflist("net1", ["fake"], version));

        await Collect(Network()).RunAsync(CancellationToken.None);

        Assert.Empty(_fakes.Calls);
    }

    [Fact]
    public async Task Run_WhenThePluginFails_ThrowsNothing()
    {
        _fakes.Plan("GC", null, "fail", "no");

        await Collect(Network()).RunAsync(CancellationToken.None);

        Assert.Equal(["GC fake"], _fakes.Verbs);
    }

    private HashSet<string> ValidIds() =>
        [.. _fakes.InputOf(_fakes.Calls.Count)["cni.dev/valid-attachments"]!.AsArray().Select(one => $"{one!["containerID"]}")];

    private async Task<PodSandboxId> AttachAsync(SandboxNetwork network)
    {
        var record = Samples.Sandbox();
        new PodSandboxStore(Folders).Begin(record);
        await network.AddAsync(SandboxAttachment.RequestFor(record, Folders), CancellationToken.None);
        return record.Id;
    }

    private SandboxNetwork Network() => new(new CniConfigStore(_root.FullName), new CniPlugins([_fakes.PluginDirectory]));

    private CollectNetworkGarbage Collect(SandboxNetwork network, string resultsOfOthers = "/none") => new(
        network, new PodsOptions { Folders = Folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none" }, NullLogger<CollectNetworkGarbage>.Instance)
    {
        ResultsOfOthers = resultsOfOthers,
    };
}
