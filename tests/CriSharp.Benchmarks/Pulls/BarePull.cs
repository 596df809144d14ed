using System.Diagnostics;
using System.Globalization;

namespace CriSharp.Benchmarks.Pulls;

/// <summary>skopeo to an OCI layout, then umoci to a bundle: a pull without a runtime.</summary>
internal static class BarePull
{
    public static bool IsThere => File.Exists("/usr/bin/skopeo") && File.Exists("/usr/bin/umoci");

    public static async Task<PulledCost> MeasureAsync(string image, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("crisharp-bare-pull-").FullName;
        try
        {
            await BenchLayer.ShellAsync("sync", cancellationToken);
            var clock = Stopwatch.StartNew();
            var script =
                $"skopeo --insecure-policy copy --quiet --src-tls-verify=false docker://{image} oci:{folder}/layout:latest && umoci unpack --image {folder}/layout:latest {folder}/bundle >/dev/null; status=$?; times; exit $status";
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var pulled = clock.Elapsed.TotalSeconds;
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"skopeo and umoci ended with {process.ExitCode}");
            }

            clock.Restart();
            Directory.Delete(folder, recursive: true);
            return new PulledCost(pulled, output.TrimEnd().Split('\n')[^1].Split(' ').Sum(Seconds), 0, clock.Elapsed.TotalSeconds);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // What the shell's children took: "0m1.230000s".
    private static double Seconds(string text)
    {
        var parts = text.Trim().TrimEnd('s').Split('m');
        return (60 * double.Parse(parts[0], CultureInfo.InvariantCulture)) + double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
