using CriSharp.Oci;

namespace CriSharp.Images.Tests;

public sealed class ImageNamePatternsTests
{
    [Theory]
    [InlineData("docker.io/library/busybox:1", true)]
    [InlineData("busybox:1", true)]
    [InlineData("DOCKER.IO/library/busybox:1", true)]
    [InlineData("busybox", false)]
    [InlineData("docker.io/library/busybox", false)]
    [InlineData("docker.io/library/*", true)]
    [InlineData("library/*", false)]
    [InlineData("*library*", true)]
    [InlineData("*BusyBox:*", true)]
    [InlineData("*busybox:2*", false)]
    [InlineData("*", true)]
    [InlineData("docker.io/library/busybox@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    public void Fit_ComparesWithEachNameOfTheImage(string pattern, bool fits) =>
        Assert.Equal(fits, ImageNamePatterns.Parse([pattern]).Fit(Busybox));

    [Fact]
    public void Fit_WithoutPatterns_IsFalse() => Assert.False(ImageNamePatterns.None.Fit(Busybox));

    [Theory]
    [InlineData("")]
    [InlineData("*busybox")]
    [InlineData("bus*box")]
    [InlineData("busybox**")]
    public void Parse_OfWhatIsNoPattern_IsRefused(string pattern) => Assert.Throws<FormatException>(() => ImageNamePatterns.Parse([pattern]));

    private static ImageRecord Busybox => new()
    {
        Id = "sha256:" + new string('b', 64),
        RepoTags = ["docker.io/library/busybox:1"],
        RepoDigests = ["docker.io/library/busybox@sha256:" + new string('a', 64)],
        Layers = [],
        SizeBytes = 1,
        Platform = new Platform(),
        Config = ImageConfig.Empty,
        Documents = [],
        PulledAt = DateTimeOffset.UnixEpoch,
    };
}
