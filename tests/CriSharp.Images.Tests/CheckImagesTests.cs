using CriSharp.Images.Checking;
using CriSharp.Oci;
using CriSharp.Storage.Content;
using CriSharp.TestSupport.Records;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>What is damaged is found, by the start's quick look or by a check; it is lost alone, and can be pulled again.</summary>
public sealed class CheckImagesTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Quick =
    [
        "no tree", "a file for the tree", "no layer", "no record of the layer", "a damaged record of the layer", "no config", "a flipped bit in the config", "a flipped bit in the manifest",
        "a damaged record", "no file of the artifact", "a short file of the artifact", "a flipped bit in the artifact's manifest",
    ];

    private readonly ImagesFixture _images = new();
    private FakeRegistry _registry = null!;
    private string _whole = "";
    private string _image = "";
    private string _artifact = "";

    private ImageRecord Image => _images.Store.Resolve(_image)!;

    private ImageRecord Artifact => _images.Store.Resolve(_artifact)!;

    public async Task InitializeAsync()
    {
        _registry = await FakeRegistry.StartAsync();
        _whole = await _images.PullAsync(_registry.Serve(new TestImage().Add(TestLayer.OfFiles(true, ("a", "b"))), "whole", "1"));
        _image = await _images.PullAsync(_registry.Serve(new TestImage { IsDocker = true }.Add(TestLayer.OfFiles(true, ("c", "d"))).Add(TestLayer.OfFiles(true, ("e", "f"))), "image", "1"));
        _artifact = await _images.PullAsync(new TestArtifact().Add("dir/model", "weights").Serve(_registry, "artifact", "1"));
    }

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose() => _images.Dispose();

    public static TheoryData<string> SeenAtStart => new(Quick);

    public static TheoryData<string> SeenByCheck => new([.. Quick, "a flipped bit in the artifact's file", "another image's layers", "another artifact's files"]);

    [Fact]
    public void Check_OfWholeImages_FindsNothing()
    {
        var check = new CheckImages(_images.Root, new HashSet<DiffId>());

        Assert.Empty(check.Run(CancellationToken.None));
        Assert.Equal(3, check.Images);
    }

    [Theory]
    [MemberData(nameof(SeenAtStart))]
    public async Task Open_WhenAnImageIsDamaged_LosesItAlone(string damage)
    {
        var name = Do(damage);

        _images.Open();

        Assert.Equal(2, _images.Store.List().Count);
        Assert.Null(_images.Store.Resolve(name));
        Assert.NotNull(_images.Store.Resolve(_whole));
        await PullAgainAsync(name);
    }

    [Theory]
    [MemberData(nameof(SeenByCheck))]
    public async Task Repair_WhenAnImageIsDamaged_LeavesAllElseWhole(string damage)
    {
        var name = Do(damage);

        var faults = Check();
        Assert.Contains(faults, fault => fault.IsDamage || fault.Kind == ImageFaultKind.HalfMade);
        var repair = new SetAsideDamage(_images.Root);
        foreach (var fault in faults)
        {
            repair.Run(fault);
        }

        _images.Open();
        await _images.FreeUnused.SweepAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

        Assert.Empty(Check());
        Assert.Null(_images.Store.Resolve(name));
        Assert.NotNull(_images.Store.Resolve(_whole));
        Assert.Equal(2, _images.Store.List().Count);
        await PullAgainAsync(name);
    }

    [Fact]
    public async Task Check_TellsWhatNobodyNeedsAndChangesNothing()
    {
        var container = Image.Layers[0];
        File.Delete(RecordPath(_image));
        Directory.CreateDirectory(Path.Combine(_images.Root, "layers", ".staging", "x"));
        var stray = await _images.Content.IngestAsync(new MemoryStream([1]), Digest.FromHash(System.Security.Cryptography.SHA256.HashData([1])), 1, CancellationToken.None);
        var before = Files();

        var faults = new CheckImages(_images.Root, new HashSet<DiffId> { container }).Run(CancellationToken.None);

        Assert.Equal(1, stray);
        Assert.Single(faults, fault => fault.Kind == ImageFaultKind.UnusedLayer);
        Assert.Equal(3, faults.Count(fault => fault.Kind == ImageFaultKind.UnusedDocument));
        Assert.Single(faults, fault => fault.Kind == ImageFaultKind.HalfMade);
        Assert.DoesNotContain(faults, fault => fault.IsDamage || fault.Subject == container.ToString());
        Assert.Equal(before, Files());
    }

    private IReadOnlyList<ImageFault> Check() => new CheckImages(_images.Root, new HashSet<DiffId>()).Run(CancellationToken.None);

    private string[] Files() => [.. Directory.EnumerateFileSystemEntries(_images.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private async Task PullAgainAsync(string name)
    {
        await _images.PullAsync(name);
        _images.Open();
        Assert.Equal(3, _images.Store.List().Count);
        Assert.DoesNotContain(Check(), fault => fault.IsDamage);
    }

    /// <returns>The name of what it was done to.</returns>
    private string Do(string damage)
    {
        var (layer, file) = (TreeOf(Image), Path.Combine(TreeOf(Artifact), "dir", "model"));
        switch (damage)
        {
            case "no tree": Directory.Delete(layer, recursive: true); break;
            case "a file for the tree": Directory.Delete(layer, recursive: true); File.WriteAllText(layer, ""); break;
            case "no layer": Directory.Delete(Path.GetDirectoryName(layer)!, recursive: true); break;
            case "no record of the layer": File.Delete(Path.Combine(Path.GetDirectoryName(layer)!, "record.json")); break;
            case "a damaged record of the layer": Flip(Path.Combine(Path.GetDirectoryName(layer)!, "record.json")); break;
            case "no config": File.Delete(DocumentPath(Image.Id)); break;
            case "a flipped bit in the config": Flip(DocumentPath(Image.Id)); break;
            case "a flipped bit in the manifest": Flip(DocumentPath(Image.Documents.First(document => document.ToString() != Image.Id).ToString())); break;
            case "a damaged record": Flip(RecordPath(_image)); break;
            case "another image's layers": ChangeLayers(_image, TheWhole.Layers); break;
            case "no file of the artifact": File.Delete(file); return Artifact.RepoTags[0];
            case "a short file of the artifact": File.WriteAllText(file, "w"); return Artifact.RepoTags[0];
            case "a flipped bit in the artifact's file": Flip(file); return Artifact.RepoTags[0];
            case "a flipped bit in the artifact's manifest": Flip(DocumentPath(_artifact)); return Artifact.RepoTags[0];
            case "another artifact's files": ChangeLayers(_artifact, TheWhole.Layers); return Artifact.RepoTags[0];
            default: throw new ArgumentException(damage);
        }

        return Image.RepoTags[0];
    }

    private ImageRecord TheWhole => _images.Store.Resolve(_whole)!;

    private void ChangeLayers(string id, IReadOnlyList<DiffId> layers) => StoredRecord.Change(
        RecordPath(id), document => document["layers"] = new System.Text.Json.Nodes.JsonArray([.. layers.Select(layer => System.Text.Json.Nodes.JsonValue.Create(layer.ToString()))]));

    private string TreeOf(ImageRecord image) => _images.Layers.TreePath(image.Layers[^1]);

    private string RecordPath(string id) => Path.Combine(_images.Root, "images", id["sha256:".Length..] + ".json");

    private string DocumentPath(string digest) => Path.Combine(_images.Root, "content", "sha256", digest["sha256:".Length..]);

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
