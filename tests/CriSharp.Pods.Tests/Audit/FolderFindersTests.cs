using CriSharp.Oci;
using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;
using CriSharp.Storage.Content;

namespace CriSharp.Pods.Tests.Audit;

/// <summary>Each finder on made-up folders: it finds what has no owner and nothing else, and what it removes is gone.</summary>
public sealed class FolderFindersTests : IDisposable
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(2);

    private readonly AuditFixture _instance = new();

    private InstanceFolders Folders => _instance.Folders;

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Bundles_WhenOneHasNoRecord_GoWithAllThatIsInThem()
    {
        var (owned, orphan) = (Owned(), ContainerId.New());
        foreach (var id in (ContainerId[])[owned, orphan])
        {
            AuditFixture.MakeOld(Path.Combine(Folders.RootFsOf(id), "proc", "left"), Old);
        }

        await AssertFindsAndRemovesAsync(new OrphanBundles(new BundleStore(Folders.ContainerRuns), _instance.Owners, _instance.Options), $"{orphan}");
        Assert.Equal([Folders.RunOf(owned)], Directory.GetDirectories(Folders.ContainerRuns));
    }

    [Fact]
    public async Task Snapshots_WhenOneHasNoRecord_Go()
    {
        var store = SnapshotStore.Open(Folders.Root, LayerStore.Open(Folders.Root));
        var (owned, orphan) = ($"{Owned()}", $"{ContainerId.New()}");
        store.Prepare(owned, []);
        store.Prepare(orphan, []);

        await AssertFindsAndRemovesAsync(new OrphanSnapshots(store, _instance.Owners, _instance.Options), orphan);
        Assert.Equal([owned], store.List());
    }

    [Fact]
    public async Task PodFoldersAndNamespaces_WhenOneHasNoRecord_Go()
    {
        var (owned, orphan) = (OwnedSandbox(), PodSandboxId.New());
        Directory.CreateDirectory(Folders.NamespacesOf(owned));
        Directory.CreateDirectory(Folders.NamespacesOf(orphan));
        Directory.CreateDirectory(Path.Combine(Folders.SandboxRuns, "not-an-id"));

        await AssertFindsAndRemovesAsync(new OrphanNamespaces(_instance.Owners, _instance.Options), $"{orphan}");
        Assert.True(_instance.Owners.WasOurs($"{orphan}"));
        await AssertFindsAndRemovesAsync(new OrphanPodFolders(_instance.Owners, _instance.Options), $"{orphan}");
        Assert.True(Directory.Exists(Folders.NamespacesOf(owned)));
        Assert.False(_instance.Owners.WasOurs($"{orphan}"));
    }

    [Fact]
    public void Ids_WhenInTheMakingOrSetAside_HaveAnOwner()
    {
        var record = Samples.Sandbox();
        var broken = ContainerId.New();
        SetAside("container", $"{broken}");
        Assert.False(_instance.Owners.Owns($"{record.Id}"));

        _instance.Sandboxes.TryReserve(record.Key, record.Id);
        Assert.True(_instance.Owners.Owns($"{record.Id}"));
        Assert.True(_instance.Owners.Owns($"{broken}"));

        _instance.Sandboxes.Release(record.Key, record.Id);
        Assert.False(_instance.Owners.Owns($"{record.Id}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RuntimeContainers_WhenTheRootIsSharedWithOthers_AreOursByTheirBundle(bool isOurs)
    {
        var shared = Path.Combine(_instance.Folder, "shared");
        var id = ContainerId.New();
        var bundle = isOurs ? Folders.RunOf(id) : $"/run/other/{id}";
        AuditFixture.MakeOld(Path.Combine(shared, $"{id}", "state.json"), Old);
        File.WriteAllText(Path.Combine(shared, $"{id}", "state.json"), $$"""{"labels": ["bundle={{bundle}}"]}""");
        var handlers = new RuntimeHandlers(new HandlerTable(
            new Dictionary<string, OciRuntimeCli> { ["runc"] = new(new RuntimeHandler { Name = "runc", Path = "/usr/sbin/runc", Root = shared }) }, "runc"));

        var found = new RuntimeContainers(handlers, _instance.Owners, _instance.Options).Find();

        Assert.Equal(isOurs ? [$"{id}"] : [], found.Select(finding => finding.Subject));
    }

    [Fact]
    public async Task StrayLayers_WhenAFolderIsNoLayer_AreSetApartFromLayersAndStaging()
    {
        var layers = LayerStore.Open(Folders.Root);
        var stray = Path.Combine(Folders.Root, "layers", "sha256-" + new string('a', 64));
        AuditFixture.MakeOld(Path.Combine(stray, "tree", "file"), Old);

        await AssertFindsAndRemovesAsync(new StrayLayers(layers), stray);
        Assert.False(Directory.Exists(stray));
    }

    [Fact]
    public async Task Staging_WhenNobodyHasItOpenForLong_Goes()
    {
        var staging = Path.Combine(Folders.Root, "layers", ".staging");
        var (fresh, stale, open) = (Path.Combine(staging, "fresh"), Path.Combine(staging, "stale"), Path.Combine(staging, "open"));
        foreach (var entry in (string[])[fresh, stale, open])
        {
            AuditFixture.MakeOld(Path.Combine(entry, "tree", "file"), Old);
            Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow - (entry == fresh ? TimeSpan.Zero : Old));
        }

        using var held = File.OpenRead(Path.Combine(open, "tree", "file"));
        await AssertFindsAndRemovesAsync(new StaleStaging(_instance.Options), stale);
        Assert.Equal([fresh, open], Directory.GetDirectories(staging).Order());
    }

    [Fact]
    public async Task TemporaryFiles_WhenTheirWriterDiedLongAgo_Go()
    {
        var id = OwnedSandbox();
        var record = Path.Combine(Folders.SandboxRecords, $"{id}");
        var stale = AuditFixture.MakeOld(Path.Combine(record, "status.json.new"), Old);
        var fresh = AuditFixture.MakeOld(Path.Combine(record, "record.json.new"), TimeSpan.Zero);

        await AssertFindsAndRemovesAsync(new StaleTemporaryFiles(_instance.Options), stale);
        Assert.True(File.Exists(fresh));
        Assert.True(File.Exists(Path.Combine(record, "record.json")));
    }

    [Fact]
    public void BrokenRecords_WhenSetAside_AreListedAndNeverRemoved()
    {
        var folder = SetAside("pod sandbox", $"{PodSandboxId.New()}");

        var finding = Assert.Single(new SetAsideRecords(new BrokenRecords(Folders.Root)).Find());

        Assert.Equal((folder, Removal.Never), (finding.Subject, finding.Removal));
    }

    private string SetAside(string noun, string id)
    {
        var found = Directory.CreateDirectory(Path.Combine(_instance.Folder, "found")).FullName;
        return new BrokenRecords(Folders.Root).SetAside(noun, id, found, "a test's");
    }

    private static async Task AssertFindsAndRemovesAsync(ILeftoverFinder finder, string subject)
    {
        var finding = Assert.Single(finder.Find());
        Assert.Equal((finder.Kind, subject, Removal.Sure), (finding.Kind, finding.Subject, finding.Removal));
        await finder.RemoveAsync(finding, CancellationToken.None);
        Assert.Empty(finder.Find());
        await finder.RemoveAsync(finding, CancellationToken.None);
    }

    private ContainerId Owned()
    {
        var record = Samples.Container(PodSandboxId.New());
        _instance.Containers.Begin(record);
        return record.Id;
    }

    private PodSandboxId OwnedSandbox()
    {
        var record = Samples.Sandbox();
        _instance.Sandboxes.Begin(record);
        return record.Id;
    }
}
