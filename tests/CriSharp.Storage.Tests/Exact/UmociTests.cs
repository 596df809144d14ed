using System.Globalization;
using System.Text.RegularExpressions;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport.Fuzzing;
using CriSharp.TestSupport.Registries;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// The root file system of a random image of several layers, as a container sees it, is the one that <c>umoci unpack</c> makes of the same image.
/// Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.
/// </summary>
public sealed partial class UmociTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-umoci-").FullName;

    [Fact]
    public async Task RootFileSystem_OfARandomImage_IsUmocis() =>
        output.WriteLine(await FuzzRun.EachAsync(cases: 12, random => TryAsync(new RandomImage(random), random, Task.FromResult)));

    [Fact]
    public async Task RootFileSystem_OfARandomImagePackedAgain_IsUmocis() =>
        output.WriteLine(await FuzzRun.EachAsync(cases: 6, random => TryAsync(new RandomImage(random), random, PackAgainAsync)));

    public void Dispose() => TreeRemoval.Remove(_folder);

    /// <summary>The layers as they are saved.</summary>
    private async Task<IReadOnlyList<byte[]>> PackAgainAsync(IReadOnlyList<byte[]> tars)
    {
        using var stores = new StoreFixture(root: Directory.CreateDirectory(Path.Combine(_folder, "packed")).FullName);
        var packed = new List<byte[]>();
        var below = new List<DiffId>();
        foreach (var tar in tars)
        {
            below.Add((await stores.Layers.UnpackAsync(StoreFixture.SourceOf(tar, lowers: [.. below]), null, CancellationToken.None)).DiffId);
            using var output = new MemoryStream();
            stores.Layers.Pack(below[^1], output, CancellationToken.None);
            packed.Add(output.ToArray());
        }

        return packed;
    }

    private async Task TryAsync(RandomImage made, Random random, Func<IReadOnlyList<byte[]>, Task<IReadOnlyList<byte[]>>> asLayersAsync)
    {
        var begin = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var image = new TestImage();
        foreach (var tar in await asLayersAsync(made.Make(layers: random.Next(2, 6))))
        {
            image.Add(TestLayer.FromTar(tar, gzip: random.Next(2) == 0));
        }

        image.WriteLayout(Path.Combine(_folder, "made"));
        await Shell.RunAsync(
            "skopeo copy -q --insecure-policy oci:made:latest oci:image:latest; umoci unpack --image image:latest bundle", _folder);
        using (var stores = new StoreFixture(root: Directory.CreateDirectory(Path.Combine(_folder, "store")).FullName))
        {
            var mounted = stores.Mount([.. await UnpackAsync(stores.Layers)]);
            var wanted = Look(Path.Combine(_folder, "bundle", "rootfs"), made);
            var lost = wanted.Select(line => LostTime(line, begin)).Where(path => path is not null).ToHashSet();
            TreeLook.AssertSame(WithoutTimes(wanted, lost), WithoutTimes(Look(mounted, made), lost));
        }

        foreach (var name in new[] { "made", "image", "bundle", "store" })
        {
            TreeRemoval.Remove(Path.Combine(_folder, name));
        }
    }

    /// <summary>
    /// umoci has one folder, and overlayfs can't do two things that it can: a file of a lower layer and a link to it in an upper one are two files that look the same
    /// instead of one, and a file keeps its count of links when an upper layer hides some of its names.
    /// </summary>
    private static List<string> Look(string folder, RandomImage image) =>
        [.. TreeLook.Of(folder).Select(line => LinkCount().Replace(line, "")).Select(line => image.IsLinkedOverLayers(line[..line.IndexOf(' ', StringComparison.Ordinal)]) ? SameFile().Replace(line, "") : line)];

    /// <summary>umoci 0.4.7 sets the times of some folders before it is done with them: those carry the time of its own run.</summary>
    private static string? LostTime(string line, long begin) =>
        FolderTime().Match(line) is { Success: true } found && long.Parse(found.Groups[3].Value, CultureInfo.InvariantCulture) is var seconds && seconds >= begin && seconds < begin + 300
            ? found.Groups[1].Value
            : null;

    private static List<string> WithoutTimes(List<string> lines, HashSet<string?> folders) =>
        [.. lines.Select(line => FolderTime().Match(line) is { Success: true } found && folders.Contains(found.Groups[1].Value) ? line.Remove(found.Groups[2].Index, found.Groups[2].Length) : line)];

    [GeneratedRegex("^([^ ]*) Directory [^ ]+ [^ ]+ ((-?[0-9]+)[.][0-9]+)")]
    private static partial Regex FolderTime();

    [GeneratedRegex(" links [0-9]+")]
    private static partial Regex LinkCount();

    [GeneratedRegex(" same as .*")]
    private static partial Regex SameFile();

    private async Task<IReadOnlyList<DiffId>> UnpackAsync(LayerStore layers)
    {
        var index = ImageIndex.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder, "image", "index.json")), MediaTypes.OciIndex);
        var manifest = ImageManifest.Parse(Blob(index.Manifests.Single().Manifest.Digest), MediaTypes.OciManifest);
        var config = ImageConfigFile.Parse(Blob(manifest.Config.Digest));
        foreach (var (layer, number) in manifest.Layers.Select((layer, number) => (layer, number)))
        {
            await layers.UnpackAsync(
                new LayerSource
                {
                    Content = new MemoryStream(Blob(layer.Digest)),
                    Blob = layer,
                    DiffId = config.DiffIds[number],
                    LowersAsync = _ => Task.FromResult<IReadOnlyList<DiffId>>([.. config.DiffIds.Take(number)]),
                },
                null,
                CancellationToken.None);
        }

        return config.DiffIds;
    }

    private byte[] Blob(Digest digest) => File.ReadAllBytes(Path.Combine(_folder, "image", "blobs", digest.Algorithm, digest.Hex));
}
