using System.Globalization;

namespace CriSharp.Benchmarks.Peers;

/// <summary>Debian's conmon holding a bare container, as CRI-O starts it.</summary>
internal static class BareConmon
{
    /// <returns>The pids of conmon and of the container, which runs.</returns>
    public static async Task<(int Conmon, int Container)> StartAsync(BareBundles bundles, string id, string logPath)
    {
        var bundle = bundles.BundleOf(id);
        string FileOf(string name) => Path.Combine(bundle, name);
        // conmon forks, so that its starter can go on once the container is made; its own pid is in a file.
        await Programs.RunAsync(
            Programs.Conmon,
            [
                "--api-version", "1", "-c", id, "-u", id, "-r", Programs.Runc, "-b", bundle, "-p", FileOf("pid"), "-P", FileOf("conmon.pid"),
                "-l", $"k8s-file:{logPath}", "--exit-dir", Directory.CreateDirectory(FileOf("exits")).FullName, "--persist-dir", Directory.CreateDirectory(FileOf("persist")).FullName,
                "--socket-dir-path", Directory.CreateDirectory(FileOf("sockets")).FullName, "--runtime-arg", $"--root={bundles.State}", "-n", id,
            ]);
        await WaitForAsync(FileOf("pid"));
        await bundles.RuncAsync("start", id);
        return (Read(FileOf("conmon.pid")), Read(FileOf("pid")));
    }

    private static int Read(string path) => int.Parse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture);

    private static async Task WaitForAsync(string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }
}
