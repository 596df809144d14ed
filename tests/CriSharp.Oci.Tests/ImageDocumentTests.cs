using System.Text;

namespace CriSharp.Oci.Tests;

public sealed class ImageDocumentTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Blob = "{\"mediaType\":\"application/x\",\"digest\":\"sha256:" + Hex + "\",\"size\":7}";

    [Fact]
    public void Manifest_WhenValid_IsRead()
    {
        var manifest = Manifest($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Blob}},"layers":[{{Blob}},{{Blob}}],"annotations":{"a":"b"} }""");

        Assert.Equal(2, manifest.Layers.Count);
        Assert.Equal(7, manifest.Config.SizeBytes);
    }

    [Theory]
    [InlineData("both kinds", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"manifests":[]}""")]
    [InlineData("both kinds in capitals", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"Manifests":[]}""")]
    [InlineData("also schema 1", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"fsLayers":[]}""")]
    [InlineData("layers twice", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"layers":[{{Blob}}]}""")]
    [InlineData("layers twice in other case", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"Layers":[{{Blob}}]}""")]
    [InlineData("another media type", $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","config":{{Blob}},"layers":[]}""")]
    [InlineData("schema version", $$"""{"schemaVersion":1,"config":{{Blob}},"layers":[]}""")]
    [InlineData("no config", """{"schemaVersion":2,"layers":[]}""")]
    [InlineData("null config", """{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("null layer", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[null]}""")]
    [InlineData("layer without a media type", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"digest":"sha256:{{Hex}}","size":1}]}""")]
    [InlineData("config without a digest", """{"schemaVersion":2,"config":{"size":1},"layers":[]}""")]
    [InlineData("negative size", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"sha256:{{Hex}}","size":-1}]}""")]
    [InlineData("no size", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"sha256:{{Hex}}"}]}""")]
    [InlineData("digest is a path", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"../../etc/passwd","size":1}]}""")]
    [InlineData("upper case digest", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef","size":1}]}""")]
    [InlineData("size overflow", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"sha256:{{Hex}}","size":99999999999999999999}]}""")]
    [InlineData("size whose sum overflows", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{"mediaType":"a","digest":"sha256:{{Hex}}","size":4611686018427387904}]}""")]
    [InlineData("array", "[]")]
    [InlineData("nothing", "")]
    [InlineData("half", """{"schemaVersion":2,"config":""")]
    [InlineData("trailing", $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[]} {}""")]
    public void Manifest_WhenMalformedOrAmbiguous_IsRefused(string what, string json)
    {
        Assert.NotEmpty(what);
        Assert.Throws<FormatException>(() => Manifest(json));
    }

    [Fact]
    public void Manifest_WithTooManyLayers_IsRefused() => Assert.Throws<FormatException>(
        () => Manifest($$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{{string.Join(',', Enumerable.Repeat(Blob, 501))}}]}"""));

    [Fact]
    public void Manifest_NestedDeeply_IsRefused() => Assert.Throws<FormatException>(
        () => Manifest($$"""{"schemaVersion":2,"config":{{Blob}},"layers":[],"annotations":{{new string('[', 100_000)}}"""));

    [Fact]
    public void Index_WhenValid_KeepsPlatforms()
    {
        var json = $$"""
            {"schemaVersion":2,"manifests":[
              {"mediaType":"a","digest":"sha256:{{Hex}}","size":1,"platform":{"os":"linux","architecture":"arm64","variant":"v8","os.version":"x"} },
              {"mediaType":"a","digest":"sha256:{{Hex}}","size":1,"platform":null}]}
            """;

        var index = ImageIndex.Parse(Encoding.UTF8.GetBytes(json), MediaTypes.OciIndex);

        Assert.Equal("linux/arm64/v8", index.Manifests[0].Platform?.ToString());
        Assert.Null(index.Manifests[1].Platform);
    }

    [Fact]
    public void Index_WithLayers_IsRefused() => Assert.Throws<FormatException>(
        () => ImageIndex.Parse("""{"schemaVersion":2,"manifests":[],"layers":[]}"""u8, MediaTypes.OciIndex));

    [Fact]
    public void Config_WithNullsEverywhere_IsReadAsEmpty()
    {
        var config = ImageConfigFile.Parse(
            """{"os":null,"architecture":null,"created":null,"config":{"User":null,"Env":null,"Cmd":null,"Volumes":null,"Labels":{"a":null}},"rootfs":null,"more":[1]}"""u8);

        Assert.Empty(config.DiffIds);
        Assert.Empty(config.Config.Env);
        Assert.Equal("", config.Config.Labels["a"]);
        Assert.Equal(ImageConfig.Empty, ImageConfigFile.Parse("{}"u8).Config);
    }

    [Fact]
    public void Config_WhenValid_IsRead()
    {
        var json = $$"""
            {"os":"linux","architecture":"arm","variant":"v7","created":"2026-01-02T03:04:05.678901234Z",
             "config":{"User":"1003:1004","Env":["A=b"],"Entrypoint":["/e"],"Cmd":["c"],"WorkingDir":"/w","StopSignal":"SIGINT",
                       "Volumes":{"/v":{} },"Labels":{"k":"v"},"ExposedPorts":{"80/tcp":{} } },
             "rootfs":{"type":"layers","diff_ids":["sha256:{{Hex}}"]},"history":[{}]}
            """;

        var file = ImageConfigFile.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal("linux/arm/v7", file.Platform.ToString());
        Assert.Equal(2026, file.Created?.Year);
        Assert.Equal($"sha256:{Hex}", Assert.Single(file.DiffIds).ToString());
        Assert.Equal(("1003:1004", "/w", "SIGINT"), (file.Config.User, file.Config.WorkingDir, file.Config.StopSignal));
        Assert.Equal(["A=b", "/e", "c", "/v"], [.. file.Config.Env, .. file.Config.Entrypoint, .. file.Config.Cmd, .. file.Config.Volumes]);
    }

    [Theory]
    [InlineData("""{"rootfs":{"type":"layers","diff_ids":["nonsense"]}}""")]
    [InlineData("""{"rootfs":{"type":"layers","diff_ids":[null]}}""")]
    [InlineData("""{"rootfs":{"type":"diskimage","diff_ids":[]}}""")]
    [InlineData("""{"config":{"Env":"A=b"}}""")]
    [InlineData("null")]
    public void Config_WhenMalformed_IsRefused(string json) =>
        Assert.Throws<FormatException>(() => ImageConfigFile.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Config_WithTooManyVariables_IsRefused()
    {
        Assert.Equal(ImageConfigFile.LimitVariables, ImageConfigFile.Parse(WithVariables(ImageConfigFile.LimitVariables)).Config.Env.Count);
        Assert.Throws<FormatException>(() => ImageConfigFile.Parse(WithVariables(ImageConfigFile.LimitVariables + 1)));
    }

    private static byte[] WithVariables(int count) =>
        Encoding.UTF8.GetBytes($$"""{"config":{"Env":[{{string.Join(',', Enumerable.Repeat("\"A=\"", count))}}]} }""");

    private static ImageManifest Manifest(string json) => ImageManifest.Parse(Encoding.UTF8.GetBytes(json), MediaTypes.OciManifest);
}
