using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Storage.Layers;

namespace CriSharp.Benchmarks;

/// <summary>One gzip layer unpacked by the layer store, with all its digests, and by "tar -xzf", which checks none: in turn, so that the ratio holds on a busy machine.</summary>
internal static class LayerUnpackBenchmark
{
    /// <param name="sources">Folders that the layer is made of.</param>
    /// <param name="root">A folder on the file system to be measured. All is removed only at the end: for some minutes ext4 searches long for inodes
    /// that were not deleted just now, so a second run soon after the first tells nothing; a tmpfs has no such trait.</param>
    public static async Task<IReadOnlyList<Round>> RunAsync(IReadOnlyList<string> sources, string root, int rounds, CancellationToken cancellationToken)
    {
        var work = Directory.CreateDirectory(Path.Combine(root, $"unpack-{Guid.NewGuid():N}")).FullName;
        try
        {
            var tar = Path.Combine(work, "layer.tar");
            await RunAsync("tar", ["--format=pax", "-C", "/", "-cf", tar, .. sources.Select(source => source.TrimStart('/'))], cancellationToken);
            var blob = await CompressAsync(tar, cancellationToken);
            var diffId = new DiffId(await DigestOfAsync(tar, cancellationToken));
            var descriptor = new Descriptor { MediaType = "application/vnd.oci.image.layer.v1.tar+gzip", Digest = await DigestOfAsync(blob, cancellationToken), SizeBytes = new FileInfo(blob).Length };
            var results = new List<Round>();
            for (var round = 0; round < rounds; round++)
            {
                var store = await UnpackAsync(Path.Combine(work, $"store{round}"), blob, descriptor, diffId, cancellationToken);
                var gnuTar = await RunAsync("tar", ["--numeric-owner", "-xzf", blob, "-C", Directory.CreateDirectory(Path.Combine(work, $"tar{round}")).FullName], cancellationToken);
                results.Add(new Round(new FileInfo(tar).Length, store, gnuTar));
            }

            return results;
        }
        finally
        {
            TreeRemoval.Remove(work);
        }
    }

    private static async Task<Cost> UnpackAsync(string root, string blob, Descriptor descriptor, DiffId diffId, CancellationToken cancellationToken)
    {
        var layers = LayerStore.Open(root);
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await using (var content = File.OpenRead(blob))
        {
            await layers.UnpackAsync(new LayerSource { Content = content, Blob = descriptor, DiffId = diffId }, null, cancellationToken);
        }

        var elapsed = watch.Elapsed;
        self.Refresh();
        return new Cost(elapsed, self.TotalProcessorTime - before);
    }

    private static async Task<string> CompressAsync(string tar, CancellationToken cancellationToken)
    {
        await using var input = File.OpenRead(tar);
        await using var output = File.Create(tar + ".gz");
        await using var gzip = new GZipStream(output, CompressionLevel.Optimal);
        await input.CopyToAsync(gzip, cancellationToken);
        return tar + ".gz";
    }

    private static async Task<Digest> DigestOfAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Digest.FromHash(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>Runs a program; its CPU time holds that of gzip, which tar waits for.</summary>
    private static async Task<Cost> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "\"$@\"; status=$?; times; exit $status", "sh", program, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? new Cost(watch.Elapsed, output.TrimEnd().Split('\n')[^1].Split(' ').Select(ParseTime).Aggregate((first, second) => first + second))
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    // The second line of the shell's times: what its children took, "0m1.230000s 0m0.120000s".
    private static TimeSpan ParseTime(string text)
    {
        var parts = text.Trim().TrimEnd('s').Split('m');
        return TimeSpan.FromMinutes(double.Parse(parts[0])) + TimeSpan.FromSeconds(double.Parse(parts[1]));
    }

    internal sealed record Cost(TimeSpan Elapsed, TimeSpan Processor);

    /// <param name="TarBytes">Uncompressed size of the layer.</param>
    internal sealed record Round(long TarBytes, Cost LayerStore, Cost GnuTar)
    {
        public override string ToString() =>
            $"{TarBytes >> 20} MiB: store {LayerStore.Elapsed.TotalSeconds:0.00} s ({TarBytes / 1048576.0 / LayerStore.Elapsed.TotalSeconds:0} MiB/s, {LayerStore.Processor.TotalSeconds:0.00} s CPU), "
            + $"tar -xzf {GnuTar.Elapsed.TotalSeconds:0.00} s ({GnuTar.Processor.TotalSeconds:0.00} s CPU): {LayerStore.Elapsed / GnuTar.Elapsed:0.00} times";
    }
}
