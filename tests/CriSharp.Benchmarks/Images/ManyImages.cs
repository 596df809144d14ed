using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks.Images;

/// <summary>A daemon of our own with many small images, pulled from a registry in this process.</summary>
internal sealed class ManyImages : IAsyncDisposable
{
    private const int PullsAtOnce = 4;
    private readonly List<string> _names = [];

    private ManyImages(FakeRegistry registry, DaemonInstance daemon) => (Registry, Daemon) = (registry, daemon);

    public DaemonInstance Daemon { get; }

    public IReadOnlyList<string> Names => _names;

    private FakeRegistry Registry { get; }

    public static async Task<ManyImages> StartAsync()
    {
        var registry = await FakeRegistry.StartAsync();
        return new ManyImages(registry, await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host, "--pull-disk-floor", "0"));
    }

    /// <summary>Pulls more, with layers of their own.</summary>
    public async Task AddAsync(int images, int layersOfEach)
    {
        var references = Enumerable.Range(_names.Count, images).Select(number => Serve(number, layersOfEach)).ToList();
        await Parallel.ForEachAsync(references, new ParallelOptions { MaxDegreeOfParallelism = PullsAtOnce }, async (reference, _) => await Daemon.Client.PullAsync(reference));
        _names.AddRange(references);
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        await Registry.DisposeAsync();
    }

    private string Serve(int number, int layers)
    {
        var image = new TestImage();
        for (var layer = 0; layer < layers; layer++)
        {
            image.Add(TestLayer.OfFiles(true, ($"file-{layer}", $"{number}")));
        }

        return Registry.Serve(image, $"many/{number}", "1");
    }
}
