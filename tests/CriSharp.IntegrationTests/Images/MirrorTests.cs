using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Images;

/// <summary>Daemons with a registries.conf of their own.</summary>
public sealed class MirrorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-mirrors-");

    private string Conf => Path.Combine(_folder.FullName, "registries.conf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Pull_ThroughAMirror_KeepsTheNameThatWasAskedFor()
    {
        await using var registry = await LocalRegistry.StartAsync();
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "1")));
        await registry.Upload.PushAsync(image, "copies/app", "1");
        await File.WriteAllTextAsync(Conf, $"""
            [[registry]]
            location = "images.invalid"
            mirror = [{"{"} location = "{registry.Host}/copies", insecure = true {"}"}]
            """);
        await using var daemon = await DaemonInstance.StartPlainAsync("--registries-conf", Conf);

        var id = await daemon.Client.PullAsync("images.invalid/app:1");

        var status = (await daemon.Client.ImageAsync(id))!;
        Assert.Equal(["images.invalid/app:1"], status.RepoTags);
        Assert.Equal([$"images.invalid/app@{image.ManifestDigest}"], status.RepoDigests);
    }

    [Fact]
    public async Task Pull_OfABlockedRegistry_IsRefused()
    {
        await File.WriteAllTextAsync(Conf, "[[registry]]\nlocation = \"images.invalid\"\nblocked = true");
        await using var daemon = await DaemonInstance.StartPlainAsync("--registries-conf", Conf);

        var failure = await Assert.ThrowsAsync<RpcException>(() => daemon.Client.PullAsync("images.invalid/app:1"));

        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        Assert.Contains($"{Conf}:2", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Empty((await daemon.Client.Images.ListImagesAsync(new ListImagesRequest(), CriClient.Limited)).Images);
    }

    [Fact]
    public async Task Start_WithAWrongFile_SaysWhere()
    {
        await File.WriteAllTextAsync(Conf, "[[registry]]\nlocation = \"https://images.invalid\"");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DaemonInstance.StartPlainAsync("--registries-conf", Conf));

        Assert.Contains($"{Conf}:2:12: registry.location is \"https://images.invalid\"", failure.Message, StringComparison.Ordinal);
    }
}
