using CriSharp.TestSupport.Registries;

namespace CriSharp.Registry.Tests;

public sealed class LocalRegistryTests
{
    [Fact]
    public async Task Start_WhenPushedTo_NamesTheImage()
    {
        await using var registry = await LocalRegistry.StartAsync();

        var reference = await registry.PushBusyboxAsync("library/busybox", "1");

        Assert.Equal($"127.0.0.1:{registry.Port}/library/busybox:1", reference);
    }

    [Fact]
    public async Task Start_WithTlsAndLogin_TakesDockerManifestsToo()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true, needsLogin: true);
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "b")));

        await registry.PushWithSkopeoAsync(image, "a", "docker", "v2s2");
        await registry.Upload.PushAsync(image, "a", "plain");
    }
}
