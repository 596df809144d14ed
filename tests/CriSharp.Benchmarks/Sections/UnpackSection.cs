namespace CriSharp.Benchmarks.Sections;

/// <summary>A layer unpacked by our own store, which checks it, beside tar, which does not. It needs no runtime: the layer is made of files of this machine.</summary>
internal sealed class UnpackSection : Section
{
    private const int Rounds = 3;

    private static readonly string[] Sources = ["/usr/include", "/usr/share/doc", "/usr/lib/python3"];

    public override string Name => "unpack";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        var rounds = await LayerUnpackBenchmark.RunAsync([.. Sources.Where(Directory.Exists)], bench.Bundles.Folder, Rounds, cancellationToken);
        var middle = rounds.OrderBy(round => round.LayerStore.Elapsed).ElementAt(rounds.Count / 2);
        var megabytes = middle.TarBytes / 1_000_000;
        bench.Results.Add(Name, "crisharp", $"a layer of {megabytes} MB", "s", middle.LayerStore.Elapsed.TotalSeconds, middle.GnuTar.Elapsed.TotalSeconds);
        bench.Results.Add(Name, "crisharp", "CPU", "s", middle.LayerStore.Processor.TotalSeconds, middle.GnuTar.Processor.TotalSeconds);
    }
}
