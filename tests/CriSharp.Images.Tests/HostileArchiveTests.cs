using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>Each is refused in words, and leaves nothing.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private static readonly TestImage Honest = new TestImage().Add(TestLayer.OfFiles(gzip: false, ("file", "text")));

    private readonly ImagesFixture _images = new();

    public static TheoryData<string, ErrorKind, string> Cases => new()
    {
        { "empty", ErrorKind.DataLoss, "no files" },
        { "no tar", ErrorKind.DataLoss, "checksum" },
        { "truncated", ErrorKind.DataLoss, "truncated" },
        { "no images", ErrorKind.DataLoss, "neither index.json" },
        { "leads out", ErrorKind.DataLoss, "leads out" },
        { "link leads out", ErrorKind.DataLoss, "leads out" },
        { "twice", ErrorKind.DataLoss, "twice" },
        { "fifo", ErrorKind.DataLoss, "device or a pipe" },
        { "circle", ErrorKind.DataLoss, "links" },
        { "layer in a circle", ErrorKind.DataLoss, "links" },
        { "blob missing", ErrorKind.DataLoss, "lacks blob" },
        { "blob changed", ErrorKind.DataLoss, "digest" },
        { "layer changed", ErrorKind.DataLoss, "digest" },
        { "layer of another image", ErrorKind.DataLoss, "digest" },
        { "index of nothing", ErrorKind.DataLoss, "lists no image" },
        { "index too long", ErrorKind.DataLoss, "limit" }, // CVE-2023-25153
        { "index within itself", ErrorKind.DataLoss, "indexes within indexes" },
        { "other machine", ErrorKind.FailedPrecondition, "s390x" },
        { "layers miscounted", ErrorKind.DataLoss, "1 layers and manifest.json 2" },
        { "config missing", ErrorKind.DataLoss, "names \"none.json\"" },
        { "name by digest", ErrorKind.DataLoss, "by digest" },
        { "name malformed", ErrorKind.DataLoss, "not an image reference" },
        { "null image", ErrorKind.DataLoss, "1 to" },
        { "second image broken", ErrorKind.DataLoss, "digest" },
    };

    public void Dispose() => _images.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Load_OfWhatIsNoHonestArchive_IsRefusedAndLeavesNothing(string what, ErrorKind kind, string word)
    {
        using var archive = new MemoryStream(Archive(what), writable: false);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.Loader.RunAsync(archive, [], CancellationToken.None));

        Assert.True(failure.Kind == kind && failure.Message.Contains(word, StringComparison.Ordinal), $"{failure.Kind}: {failure.Message}");
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Load_WhenTheSenderBreaksOff_IsToldAndLeavesNothing()
    {
        await using var broken = new BreakingStream(ArchiveBuilder.Oci(Honest)[..1500]);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.Loader.RunAsync(broken, [], CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains("did not come whole", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Load_WhenTheDiskIsNearlyFull_IsRefusedAndLeavesNothing()
    {
        _images.FloorBytes = long.MaxValue / 2;
        _images.Open();
        using var archive = new MemoryStream(ArchiveBuilder.Oci(Honest), writable: false);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.Loader.RunAsync(archive, [], CancellationToken.None));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Load_WhenCancelled_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using var archive = new MemoryStream(ArchiveBuilder.Oci(Honest), writable: false);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _images.Loader.RunAsync(archive, [], cancelled.Token));

        Assert.Empty(_images.Leftovers());
    }

    private static byte[] Archive(string what) => what switch
    {
        "empty" => [],
        "no tar" => [.. Enumerable.Repeat((byte)'x', 2000)],
        "truncated" => ArchiveBuilder.Oci(Honest)[..1500],
        "no images" => new ArchiveBuilder().File("file", [1]).Build(),
        "leads out" => new ArchiveBuilder().File("../../etc/passwd", [1]).Blobs(Honest).Index(ArchiveBuilder.Entry(Honest)).Build(),
        "link leads out" => new ArchiveBuilder().Link("a/link", "../../etc/passwd").Build(),
        "twice" => new ArchiveBuilder().File("index.json", [1]).File("./index.json", [2]).Build(),
        "fifo" => new ArchiveBuilder().Fifo("index.json").Build(),
        "circle" => new ArchiveBuilder().Link("index.json", "b").Link("b", "index.json").Build(),
        "layer in a circle" => new ArchiveBuilder().Link(BlobPath(Honest.Layers[0].Digest), "b").Link("blobs/sha256/b", "b").Blobs(Honest, Honest.Layers[0].Digest)
            .Index(ArchiveBuilder.Entry(Honest)).Build(),
        "blob missing" => new ArchiveBuilder().Index(ArchiveBuilder.Entry(Honest)).Build(),
        "blob changed" => new ArchiveBuilder().File(BlobPath(Honest.ManifestDigest), Flipped(Honest.ManifestBytes)).Blobs(Honest, Honest.ManifestDigest).Index(ArchiveBuilder.Entry(Honest)).Build(),
        "layer changed" => new ArchiveBuilder()
            .File(BlobPath(Honest.Layers[0].Digest), Flipped(Honest.Layers[0].Blob)).Blobs(Honest, Honest.Layers[0].Digest).Index(ArchiveBuilder.Entry(Honest)).Build(),
        "layer of another image" => Docker("c.json", ["app:1"], TestLayer.OfFiles(false, ("file", "other")).Blob),
        "index of nothing" => new ArchiveBuilder().Index().Build(),
        "index too long" => new ArchiveBuilder().File("index.json", new byte[ImageManifest.LimitBytes + 1]).Build(),
        "index within itself" => IndexesWithinIndexes(),
        "other machine" => ArchiveBuilder.Oci(new TestImage { Architecture = "s390x" }.Add(Honest.Layers[0])),
        "layers miscounted" => Docker("c.json", ["app:1"], Honest.Layers[0].Blob, Honest.Layers[0].Blob),
        "config missing" => Docker("none.json", ["app:1"], Honest.Layers[0].Blob),
        "name by digest" => Docker("c.json", [$"app@{Honest.ManifestDigest}"], Honest.Layers[0].Blob),
        "name malformed" => Docker("c.json", ["case/UPPER:1"], Honest.Layers[0].Blob),
        "null image" => new ArchiveBuilder().File("manifest.json", "[null]"u8.ToArray()).Build(),
        "second image broken" => SecondBroken(),
        _ => throw new ArgumentException(what, nameof(what)),
    };

    private static byte[] Docker(string config, string[] names, params byte[][] layers)
    {
        var builder = new ArchiveBuilder().File("c.json", Honest.ConfigBytes);
        foreach (var (number, layer) in layers.Index())
        {
            builder.File($"{number}.tar", layer);
        }

        var manifest = new JsonArray(ArchiveBuilder.DockerEntry(config, names, [.. layers.Select((_, number) => $"{number}.tar")]));
        return builder.File("manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString())).Build();
    }

    private static byte[] SecondBroken()
    {
        var second = new TestImage().Add(TestLayer.OfFiles(false, ("file", "second")));
        return new ArchiveBuilder().Blobs(Honest).File(BlobPath(second.Layers[0].Digest), Flipped(second.Layers[0].Blob)).Blobs(second, second.Layers[0].Digest)
            .Index(ArchiveBuilder.Entry(Honest), ArchiveBuilder.Entry(second)).Build();
    }

    /// <summary>Ten indexes, each with the one before it; a digest that contains itself can't be made.</summary>
    private static byte[] IndexesWithinIndexes()
    {
        var builder = new ArchiveBuilder().Blobs(Honest);
        var entry = ArchiveBuilder.Entry(Honest);
        for (var depth = 0; depth < 10; depth++)
        {
            var index = Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = new JsonArray(entry) }.ToJsonString());
            builder.File(BlobPath(TestImage.DigestOf(index)), index);
            entry = ArchiveBuilder.Entry(Honest);
            (entry["mediaType"], entry["digest"], entry["size"]) = (MediaTypes.OciIndex, TestImage.DigestOf(index), index.Length);
        }

        return builder.Index(entry).Build();
    }

    private static string BlobPath(string digest) => $"blobs/sha256/{digest[7..]}";

    private static byte[] Flipped(byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        flipped[^1] ^= 1;
        return flipped;
    }

    /// <summary>Gives what it has, and then an error.</summary>
    private sealed class BreakingStream(byte[] content) : MemoryStream(content, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new IOException("the connection broke");
    }
}
