using System.CommandLine;
using CriSharp.Benchmarks.Measures;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks.Pulls;

/// <summary>Cold pulls of large images from a registry on loopback, their removal, an image that shares its layers, and many at once: in turn with the peers.</summary>
internal static class PullsCommand
{
    private const string Section = "pull";
    private const int SmallImages = 20;

    public static Command Create()
    {
        var peers = new Option<string[]>("--peer") { Description = "A runtime to measure beside ours, as NAME=SOCKET=PID; it must know the registry of --registry as insecure", DefaultValueFactory = _ => [] };
        var rounds = new Option<int>("--rounds") { Description = "Pulls of each image, per runtime", DefaultValueFactory = _ => 5 };
        var megabytes = new Option<int>("--megabytes") { Description = "Uncompressed size of the large images", DefaultValueFactory = _ => 640 };
        var registry = new Option<string?>("--registry") { Description = "HOST:PORT of a registry without TLS that keeps the images for the next run; without it, one is started and thrown away" };
        var only = new Option<string?>("--only") { Description = "Only the large image of this name: multi, one or zstd" };
        var command = new Command("pulls", "Pulls, beside other runtimes and beside skopeo and umoci") { peers, rounds, megabytes, registry, only };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(peers)!, arguments.GetValue(rounds), arguments.GetValue(megabytes), arguments.GetValue(registry), arguments.GetValue(only), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] peers, int rounds, int megabytes, string? givenRegistry, string? only, CancellationToken cancellationToken)
    {
        await using var ownRegistry = givenRegistry is null ? await LocalRegistry.StartAsync() : null;
        var registry = givenRegistry ?? ownRegistry!.Host;
        var images = BenchImages.In(registry, SmallImages);
        if (!await images.AreThereAsync(registry, cancellationToken))
        {
            await Console.Error.WriteLineAsync($"making images in {registry} ...");
            await images.PushAsync(megabytes, cancellationToken);
        }

        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry);
        using var own = new CriClient(daemon.Socket);
        var others = peers.Select(peer => peer.Split('=')).Select(parts => new PulledRuntime(parts[0], new CriClient(parts[1]), int.Parse(parts[2]))).ToList();
        IReadOnlyList<PulledRuntime> runtimes = [new PulledRuntime("crisharp", own, daemon.DaemonPid), .. others];
        var results = new ResultTable();
        foreach (var image in images.Large.Where(image => only is null || image.Contains($"/{only}:", StringComparison.Ordinal)))
        {
            await MeasureAsync(runtimes, [image], image, withBare: true, rounds, results, cancellationToken);
        }

        if (only is null)
        {
            await MeasureAsync(runtimes, images.Small, $"{images.Small.Count} at once", withBare: false, rounds, results, cancellationToken);
            foreach (var runtime in runtimes)
            {
                await runtime.Client.PullAsync(images.Large[0]);
            }

            await MeasureAsync(runtimes, [images.Sibling], "9 of 10 layers shared", withBare: false, rounds, results, cancellationToken);
        }

        foreach (var other in others)
        {
            await other.Client.RemoveImageAsync(images.Large[0]);
            other.Client.Dispose();
        }

        await results.WriteAsync(Console.Out);
        return 0;
    }

    private static async Task MeasureAsync(
        IReadOnlyList<PulledRuntime> runtimes, IReadOnlyList<string> images, string what, bool withBare, int rounds, ResultTable results, CancellationToken cancellationToken)
    {
        var name = what[(what.LastIndexOf('/') + 1)..];
        var costs = runtimes.ToDictionary(runtime => runtime.Name, _ => new List<PulledCost>());
        var bare = new List<PulledCost>();
        for (var round = 0; round < rounds; round++)
        {
            await Console.Error.WriteLineAsync($"{name}: round {round + 1} of {rounds}");
            foreach (var runtime in runtimes)
            {
                costs[runtime.Name].Add(await PulledCost.MeasureAsync(runtime, images, cancellationToken));
            }

            if (withBare && BarePull.IsThere && !name.StartsWith("zstd", StringComparison.Ordinal))
            {
                bare.Add(await BarePull.MeasureAsync(images[0], cancellationToken));
            }
        }

        var compared = bare.Count > 0 ? PulledCost.Median(bare) : null;
        foreach (var runtime in runtimes)
        {
            var middle = PulledCost.Median(costs[runtime.Name]);
            results.Add(Section, runtime.Name, $"{name}: wall", "s", middle.Seconds, compared?.Seconds);
            results.Add(Section, runtime.Name, $"{name}: CPU", "s", middle.CpuSeconds, compared?.CpuSeconds);
            results.Add(Section, runtime.Name, $"{name}: peak resident", "MB", middle.PeakMegabytes, null);
            results.Add(Section, runtime.Name, $"{name}: removal", "s", middle.RemovalSeconds, null);
        }
    }
}
