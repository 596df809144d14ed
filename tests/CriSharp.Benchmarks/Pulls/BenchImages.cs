using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks.Pulls;

/// <summary>
/// The same files of this machine as an image of ten layers, of one, and of ten with zstd; one that shares nine of the ten; and many small ones. Pushed with skopeo.
/// </summary>
internal sealed class BenchImages
{
    private const int LayerCount = 10;
    private const string Gzip = "gzip -6";
    private const string Zstd = "zstd -3 -c";
    private static readonly string[] Sources = ["/usr/share", "/usr/lib", "/usr/include", "/usr/bin"];

    private static readonly string[] LargeNames = ["multi", "one", "zstd"];
    private const string SiblingName = "sibling";
    private readonly Func<string, string> _reference;

    private BenchImages(Func<string, string> reference, int small)
    {
        _reference = reference;
        Large = [.. LargeNames.Select(reference)];
        Sibling = reference(SiblingName);
        Small = [.. Enumerable.Range(0, small).Select(number => reference(SmallName(number)))];
    }

    public IReadOnlyList<string> Large { get; }

    /// <summary>Shares all but its last layer with the first of <see cref="Large"/>.</summary>
    public string Sibling { get; }

    public IReadOnlyList<string> Small { get; }

    /// <param name="registry">HOST:PORT, without TLS.</param>
    /// <param name="small">How many small images.</param>
    public static BenchImages In(string registry, int small) => new(name => $"{registry}/bench/{name}:latest", small);

    /// <summary>Whether the last one that a run pushes is there.</summary>
    public async Task<bool> AreThereAsync(string registry, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, $"http://{registry}/v2/bench/{SmallName(Small.Count - 1)}/manifests/latest");
        request.Headers.Add("Accept", "application/vnd.oci.image.manifest.v1+json");
        using var response = await client.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <param name="megabytes">Of the files, uncompressed.</param>
    public async Task PushAsync(int megabytes, CancellationToken cancellationToken)
    {
        var layout = Directory.CreateTempSubdirectory("crisharp-bench-layout-").FullName;
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        try
        {
            var files = Choose(megabytes * 1_000_000L);
            var parts = Split(files);
            var multi = await PackAsync(layout, parts, Gzip, cancellationToken);
            var one = await PackAsync(layout, [files], Gzip, cancellationToken);
            var zstd = await PackAsync(layout, parts, Zstd, cancellationToken);
            var other = await PackAsync(layout, [parts[0].Take(50).ToList()], Gzip, cancellationToken);
            var images = new List<(string Name, IReadOnlyList<BenchLayer> Layers)>
            {
                (LargeNames[0], multi), (LargeNames[1], one), (LargeNames[2], zstd), (SiblingName, [.. multi.Take(LayerCount - 1), .. other]),
            };
            for (var number = 0; number < Small.Count; number++)
            {
                images.Add((SmallName(number), await PackAsync(layout, [parts[number % LayerCount].Skip(number * 20).Take(200).ToList()], Gzip, cancellationToken)));
            }

            var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray([.. images.Select(image => Image(layout, image.Name, image.Layers))]) };
            await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), index.ToJsonString(), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}", cancellationToken);
            foreach (var (name, _) in images)
            {
                await BenchLayer.ShellAsync($"skopeo --insecure-policy copy --quiet --dest-tls-verify=false oci:{layout}:{name} docker://{_reference(name)}", cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(layout, recursive: true);
        }
    }

    private static string SmallName(int number) => $"small{number}";

    private static async Task<IReadOnlyList<BenchLayer>> PackAsync(
        string layout, List<List<string>> parts, string compressor, CancellationToken cancellationToken)
    {
        var layers = new BenchLayer[parts.Count];
        await Parallel.ForAsync(0, parts.Count, cancellationToken, async (part, token) => layers[part] = await BenchLayer.PackAsync(layout, parts[part], compressor, token));
        return layers;
    }

    /// <summary>Regular files in the order of their paths, so that those of a folder come together as in a real layer.</summary>
    private static List<string> Choose(long bytes)
    {
        var chosen = new List<string>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Sources.Where(Directory.Exists).SelectMany(source => new DirectoryInfo(source).EnumerateFiles("*", options).OrderBy(file => file.FullName, StringComparer.Ordinal)))
        {
            chosen.Add(file.FullName);
            bytes -= file.Length;
            if (bytes < 0)
            {
                return chosen;
            }
        }

        return chosen;
    }

    private static List<List<string>> Split(IReadOnlyList<string> files)
    {
        var perLayer = files.Sum(file => new FileInfo(file).Length) / LayerCount;
        var sum = 0L;
        return [.. files.GroupBy(file => Math.Min(LayerCount - 1, (sum += new FileInfo(file).Length) / Math.Max(1, perLayer))).Select(group => group.ToList())];
    }

    private static JsonObject Image(string layout, string name, IReadOnlyList<BenchLayer> layers)
    {
        var config = Write(layout, "application/vnd.oci.image.config.v1+json", new JsonObject
        {
            ["architecture"] = TestImage.GoArchitecture,
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Cmd"] = new JsonArray("sh"), ["Labels"] = new JsonObject { ["name"] = name } },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(layer.DiffId))]) },
        });
        var manifest = Write(layout, "application/vnd.oci.image.manifest.v1+json", new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = config,
            ["layers"] = new JsonArray([.. layers.Select(layer => new JsonObject { ["mediaType"] = layer.MediaType, ["digest"] = layer.Digest, ["size"] = layer.BlobBytes })]),
        });
        manifest["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = name };
        return manifest;
    }

    private static JsonObject Write(string layout, string mediaType, JsonObject document)
    {
        var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        var hex = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Path.Combine(layout, "blobs", "sha256", hex), bytes);
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = $"sha256:{hex}", ["size"] = bytes.Length };
    }
}
