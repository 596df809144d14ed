using System.Text;
using CriSharp.TestSupport.Fuzzing;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace CriSharp.Oci.Tests;

/// <summary>What holds of any manifest, index or config. Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.</summary>
public sealed class ImageDocumentPropertyTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "0", "1e400", "9223372036854775808", "\"layers\"", "\"manifests\"", "\"config\"", "\"LAYERS\"", "\"mediaType\"", "\"schemaVersion\":2,",
        "\"diff_ids\":[null]", "\"digest\":\"sha256:x\"", "\"size\":-1", "\\u0000", "\\ud800", "\xff", "\"rootfs\":{\"type\":\"x\"}", "[[[[[[[[", "\"created\":\"99999-01-01\"", "\"Env\":[null,1]", "\"Volumes\":[]",
    ];

    [Fact]
    public void Manifest_OfAnyNumberOfLayers_IsRead()
    {
        var layer = from type in Gen.Elements(MediaTypes.OciLayer, MediaTypes.OciLayerGzip, MediaTypes.OciLayerZstd)
                    from size in Gen.Choose(0, int.MaxValue)
                    from hash in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(32)
                    select new Descriptor { MediaType = type, Digest = Digest.FromHash(hash), SizeBytes = size };
        output.WriteLine(PropertyRun.Each(cases: 20, layer.NonEmptyListOf(), written =>
        {
            var (config, layers) = (written[0], written.Skip(1).ToList());
            var json = $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{{{Text(config)}}},"layers":[{{{string.Join(',', layers.Select(Text))}}}],"annotations":{"a":"b"}}""";
            var manifest = ImageManifest.Parse(Encoding.UTF8.GetBytes(json), MediaTypes.OciManifest);
            Assert.Equal(config, manifest.Config);
            Assert.Equal(layers, manifest.Layers);
        }));
    }

    [Fact]
    public void Documents_OfAnyBytes_AreReadOrFormatExceptions()
    {
        var digest = "sha256:" + new string('0', 64);
        var descriptor = $$$"""{"mediaType":"a","digest":"{{{digest}}}","size":3,"platform":{"os":"linux","architecture":"amd64","variant":"v8"}}""";
        byte[][] documents =
        [
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{descriptor}},"layers":[{{descriptor}},{{descriptor}}]}"""),
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{{descriptor}},{{descriptor}}]}"""),
            Encoding.UTF8.GetBytes($$$"""{"os":"linux","architecture":"amd64","created":"2026-01-02T03:04:05Z","config":{"User":"1","Env":["A=b"],"Cmd":["x"],"Volumes":{"/v":{}},"Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":["{{{digest}}}"]}}"""),
        ];
        var read = 0;
        output.WriteLine(FuzzRun.Each(cases: 20_000, random =>
        {
            var json = Mutate(random, documents[random.Next(3)]);
            read += Parses(() => ImageManifest.Parse(json, MediaTypes.OciManifest)) + Parses(() => ImageIndex.Parse(json, MediaTypes.OciIndex)) + Parses(() => ImageConfigFile.Parse(json));
            // CVE-2021-41190: what is a manifest is no index as well.
            Assert.True(Parses(() => ImageManifest.Parse(json, MediaTypes.OciManifest)) + Parses(() => ImageIndex.Parse(json, MediaTypes.OciIndex)) < 2);
        }) + $", {read} read");
        Assert.True(FuzzRun.LongRun is not null || read > 100);
    }

    private static int Parses(Action parse)
    {
        try
        {
            parse();
            return 1;
        }
        catch (FormatException)
        {
            return 0;
        }
    }

    private static byte[] Mutate(Random random, byte[] document)
    {
        var bytes = document.ToList();
        for (var i = random.Next(4); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(30), bytes.Count - at));
                    break;
                default:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.Skip(from).Take(random.Next(60)).ToList());
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static string Text(Descriptor descriptor) => $$"""{"mediaType":"{{descriptor.MediaType}}","digest":"{{descriptor.Digest}}","size":{{descriptor.SizeBytes}}}""";
}
