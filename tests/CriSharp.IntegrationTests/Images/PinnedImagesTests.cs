using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Images;

/// <summary>Which images the kubelet is told to keep.</summary>
public sealed class PinnedImagesTests
{
    private const int Hangup = 1;

    [Fact]
    public async Task PinnedImages_AreToldAndChangedByAReload()
    {
        await using var registry = await LocalRegistry.StartAsync();
        await registry.Upload.PushAsync(new TestImage().Add(TestLayer.OfFiles(true, ("a", "1"))), "base/pause", "3");
        await registry.Upload.PushAsync(new TestImage().Add(TestLayer.OfFiles(true, ("a", "2"))), "shop/web", "1");
        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        await daemon.Client.PullAsync($"{registry.Host}/base/pause:3");
        await daemon.Client.PullAsync($"{registry.Host}/shop/web:1");
        Assert.Empty(await PinnedAsync(daemon));

        await ReloadAsync(daemon, "[crio.image]\npinned_images = [\"*/PAUSE:*\"]");
        Assert.Equal([$"{registry.Host}/base/pause:3"], await PinnedAsync(daemon));
        Assert.True((await daemon.Client.ImageAsync($"{registry.Host}/base/pause:3"))!.Pinned);
        Assert.False((await daemon.Client.ImageAsync($"{registry.Host}/shop/web:1"))!.Pinned);

        await ReloadAsync(daemon, $"[crio.image]\npinned_images = [\"{registry.Host}/shop/*\"]");
        Assert.Equal([$"{registry.Host}/shop/web:1"], await PinnedAsync(daemon));

        // Pinned is a word for the kubelet; who asks for the removal gets it.
        await daemon.Client.RemoveImageAsync($"{registry.Host}/shop/web:1");
        Assert.Empty(await PinnedAsync(daemon));
        Assert.Single(await daemon.Client.ImagesAsync());
    }

    private static async Task<IReadOnlyList<string>> PinnedAsync(DaemonInstance daemon) =>
        [.. (await daemon.Client.ImagesAsync()).Where(image => image.Pinned).SelectMany(image => image.RepoTags)];

    private static async Task ReloadAsync(DaemonInstance daemon, string configuration)
    {
        await File.WriteAllTextAsync(daemon.ConfigFile, configuration);
        var before = daemon.Log.Length;
        using var handle = PidHandle.Open(daemon.DaemonPid);
        handle.Signal(Hangup);
        await daemon.WaitUntilAsync(() => daemon.Log[before..].Contains("crio.image.pinned_images", StringComparison.Ordinal));
    }
}
