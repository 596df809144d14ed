using CriSharp.Images.Pulling;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Images.Tests;

public sealed class PlatformChoiceTests
{
    private static readonly PlatformChoice Arm = new("arm", ["v7", "v6", "v5", ""]);
    private static readonly PlatformChoice Amd64 = new("amd64", ["", "v1"]);

    [Theory]
    [InlineData(1, "linux/arm/v5", "linux/arm/v6", "linux/arm/v8")]
    [InlineData(2, "linux/arm/v8", "windows/arm/v7", "linux/arm")]
    [InlineData(1, "unknown/unknown", "linux/arm/v7", "linux/arm/v6")]
    [InlineData(0, "", "linux/amd64", "unknown/unknown")]
    public void Choose_WhenSeveralFit_TakesTheBest(int expected, params string[] platforms) =>
        Assert.Equal(expected, Arm.Choose(Index(platforms), "x").Manifest.SizeBytes);

    [Fact]
    public void Choose_WhenNothingFits_NamesWhatThereIs()
    {
        var failure = Assert.Throws<RuntimeException>(() => Amd64.Choose(Index("linux/arm64/v8", "linux/amd64/v3", "unknown/unknown"), "example.org/a:1"));

        Assert.Equal(ErrorKind.NotFound, failure.Kind);
        Assert.Equal("example.org/a:1 has no image for linux/amd64; it has linux/arm64/v8, linux/amd64/v3", failure.Message);
    }

    [Fact]
    public void Check_WhenTheConfigSaysNothing_LetsItPass() => Amd64.Check(new Platform(), "x");

    [Fact]
    public void Check_WhenTheSystemIsAnother_Refuses() =>
        Assert.Throws<RuntimeException>(() => Amd64.Check(new Platform { Os = "windows", Architecture = "amd64" }, "x"));

    private static ImageIndex Index(params string[] platforms) => new()
    {
        MediaType = MediaTypes.OciIndex,
        Manifests = [.. platforms.Select((platform, number) => new ImageIndexEntry { Manifest = Manifest(number), Platform = Read(platform) })],
    };

    private static Descriptor Manifest(int number) =>
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Parse("sha256:" + new string('a', 64)), SizeBytes = number };

    private static Platform? Read(string text)
    {
        var parts = text.Split('/');
        return text.Length == 0 ? null : new Platform { Os = parts[0], Architecture = parts[1], Variant = parts.Length > 2 ? parts[2] : "" };
    }
}
