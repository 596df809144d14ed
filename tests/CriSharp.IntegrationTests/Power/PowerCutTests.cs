using System.Globalization;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Power;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Power;

/// <summary>
/// The power goes at any instant of a busy daemon, and the next one starts on what the disk has then. By hand with more cuts:
/// CRISHARP_POWER_CUTS=200, and CRISHARP_POWER_SEED for other instants.
/// </summary>
public sealed class PowerCutTests : IAsyncLifetime
{
    private const int LongestPauseMilliseconds = 500;

    private LocalRegistry _registry = null!;
    private CutDisk _disk = null!;

    private static int Cuts => Number("CRISHARP_POWER_CUTS", 20);

    private static int Seed => Number("CRISHARP_POWER_SEED", 1);

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _disk = await CutDisk.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        await _disk.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task PowerCut_WheneverItComes_LosesNothingThatWasAnsweredAndBelievesNothingHalfWritten()
    {
        var busyboxName = await _registry.PushBusyboxAsync();
        var images = await PushImagesAsync();
        await using var daemon = await DaemonInstance.StartOnAsync(_disk, "--insecure-registry", _registry.Host);
        var trees = await LearnTreesAsync(daemon, images);
        var busybox = await daemon.Client.PullAsync(busyboxName);
        trees = trees.Concat(TreesOf(daemon)).DistinctBy(tree => tree.Key).ToDictionary();

        var cuts = await CutWhileWorkingAsync(daemon, new CallLedger(), busybox, images);
        await daemon.LosePowerAsync();
        await _disk.UnmountAsync();

        var problems = new List<string>();
        foreach (var (cut, number) in cuts.Select((cut, number) => (cut, number)))
        {
            await _disk.MountAsync(daemon.Root, cut.Disk);
            EarlierBoot.Pretend(daemon.Root);
            await daemon.StartDaemonAsync();
            problems.AddRange((await new PowerCutCheck(daemon, busybox, cut, trees).RunAsync()).Select(problem => $"cut {number}: {problem}"));
            await daemon.LosePowerAsync();
            await _disk.UnmountAsync();
            _disk.Forget(cut.Disk);
        }

        Assert.True(problems.Count == 0, $"{cuts.Count} cuts (seed {Seed}), {problems.Count} problems:\n{string.Join('\n', problems)}\n{(problems.Count > 0 ? daemon.Log : "")}");
    }

    private async Task<List<PowerCut>> CutWhileWorkingAsync(DaemonInstance daemon, CallLedger ledger, string busybox, IReadOnlyList<string> images)
    {
        var cuts = new List<PowerCut>();
        using var end = new CancellationTokenSource();
        var work = new PowerWorkload(daemon, busybox, images, ledger).RunAsync(end.Token);
        try
        {
#pragma warning disable CA5394 // Reproducible, not secret.
            var random = new Random(Seed);
            while (cuts.Count < Cuts && !work.IsCompleted)
            {
                await Task.Delay(random.Next(LongestPauseMilliseconds), CancellationToken.None);
                var before = ledger.Copy();
                cuts.Add(new PowerCut(await _disk.CutAsync(), before, ledger.Copy()));
            }
#pragma warning restore CA5394
        }
        finally
        {
            await end.CancelAsync();
            await work;
        }

        return cuts;
    }

    /// <summary>Images of small files, which a file system allocates late, of one larger one, and with a layer in common.</summary>
    private async Task<IReadOnlyList<string>> PushImagesAsync()
    {
        var shared = TestLayer.OfFiles(true, [.. Enumerable.Range(0, 200).Select(i => ($"shared/{i / 20}/{i}", new string('s', i * 37)))]);
        var names = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var image = new TestImage()
                .Add(shared)
                .Add(TestLayer.OfRandomBytes($"large-{i}", 3 << 20, seed: i))
                .Add(TestLayer.OfFiles(true, [.. Enumerable.Range(0, 50).Select(file => ($"own/{i}/{file}", $"file {file} of image {i}"))]));
            await _registry.Upload.PushAsync(image, $"image{i}", "1");
            names.Add($"{_registry.Host}/image{i}:1");
        }

        return names;
    }

    private static async Task<Dictionary<string, string>> LearnTreesAsync(DaemonInstance daemon, IReadOnlyList<string> images)
    {
        foreach (var image in images)
        {
            await daemon.Client.PullAsync(image);
        }

        var trees = TreesOf(daemon);
        foreach (var image in images)
        {
            await daemon.Client.RemoveImageAsync(image);
        }

        return trees;
    }

    private static Dictionary<string, string> TreesOf(DaemonInstance daemon) => Directory.EnumerateDirectories(Path.Combine(daemon.Root, "layers"))
        .Where(folder => Path.GetFileName(folder) != ".staging")
        .ToDictionary(folder => Path.GetFileName(folder), folder => TreeDigest.Of(Path.Combine(folder, "tree")));

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
