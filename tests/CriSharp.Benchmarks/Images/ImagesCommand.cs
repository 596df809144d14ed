using System.CommandLine;
using System.Diagnostics;
using CriSharp.Benchmarks.Listing;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Images;

/// <summary>Whether what a kubelet asks of images grows with how many there are: measured with a tenth of them, and with all.</summary>
internal static class ImagesCommand
{
    private const string Section = "images";

    public static Command Create()
    {
        var images = new Option<int>("--images") { Description = "Images in the end", DefaultValueFactory = _ => 1000 };
        var layers = new Option<int>("--layers") { Description = "Layers of each", DefaultValueFactory = _ => 5 };
        var calls = new Option<int>("--calls") { Description = "Calls that are measured, of each kind", DefaultValueFactory = _ => 200 };
        var command = new Command("images", "ListImages, ImageFsInfo, pulls, removals and a restart with many images and layers") { images, layers, calls };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var results = new ResultTable();
            await using var many = await ManyImages.StartAsync();
            foreach (var count in (int[])[arguments.GetValue(images) / 10, arguments.GetValue(images)])
            {
                await Console.Error.WriteLineAsync($"pulling until there are {count} images of {arguments.GetValue(layers)} layers ...");
                var began = Stopwatch.StartNew();
                var before = many.Names.Count;
                await many.AddAsync(count - before, arguments.GetValue(layers));
                results.Add(Section, $"{count} images", "a pull of small layers, 4 at once, mean", "ms", began.Elapsed.TotalMilliseconds / (count - before), null);
                await MeasureAsync(many, count, arguments.GetValue(calls), results);
                await RestartAsync(many, results);
            }

            await RemoveAsync(many, results);
            await results.WriteAsync(Console.Out);
            return 0;
        });
        return command;
    }

    private static async Task MeasureAsync(ManyImages many, int count, int calls, ResultTable results)
    {
        var node = new ListedNode($"{count} images", many.Daemon.Client, many.Daemon.Socket, "", "", many.Names[0], many.Daemon.DaemonPid);
        foreach (var call in (ListedCall[])[ListedCall.ListImages, ListedCall.ImageFsInfo, ListedCall.ImageStatus])
        {
            await node.MeasureAsync(call with { Aim = "5 ms" }, calls, results);
        }
    }

    private static async Task RestartAsync(ManyImages many, ResultTable results)
    {
        await many.Daemon.StopDaemonAsync();
        var began = Stopwatch.StartNew();
        await many.Daemon.StartDaemonAsync();
        results.Add(Section, $"{many.Names.Count} images", "start until ready, each record and document verified", "ms", began.Elapsed.TotalMilliseconds, null);
    }

    private static async Task RemoveAsync(ManyImages many, ResultTable results)
    {
        foreach (var part in many.Names.Chunk(Math.Max(many.Names.Count / 2, 1)))
        {
            var began = Stopwatch.StartNew();
            foreach (var name in part)
            {
                await many.Daemon.Client.RemoveImageAsync(name);
            }

            results.Add(Section, $"{part.Length} images", "a removal, mean", "ms", began.Elapsed.TotalMilliseconds / part.Length, null);
        }
    }
}
