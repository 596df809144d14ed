using System.CommandLine;
using CriSharp.Benchmarks.Measures;

namespace CriSharp.Benchmarks.Listing;

/// <summary>What a kubelet asks all day, of a node with many containers: how long each call takes and what it costs the daemon.</summary>
internal static class ListingCommand
{
    public static Command Create()
    {
        var endpoints = new Option<string[]>("--endpoint", "-r")
        {
            Description = "A runtime to measure, as NAME=SOCKET; may be given several times. Without one, the published crisharpd in folders of its own",
            DefaultValueFactory = _ => [],
        };
        var image = new Option<string?>("--image") { Description = "An image with busybox's programs that the runtimes can pull; needed with --endpoint" };
        var pids = new Option<int[]>("--pid") { Description = "The daemons of the endpoints, in their order", DefaultValueFactory = _ => [] };
        var pods = new Option<int>("--pods") { Description = "Pods of one container each", DefaultValueFactory = _ => 100 };
        var calls = new Option<int>("--calls") { Description = "Calls that are measured, of each kind", DefaultValueFactory = _ => 300 };
        var idle = new Option<int>("--idle-seconds") { Description = "How long a kubelet without work is played; 0: not at all", DefaultValueFactory = _ => 60 };
        var only = new Option<string?>("--call") { Description = $"Only this call, or \"none\": {string.Join(", ", ListedCall.All.Select(call => call.Name))}" };
        var command = new Command("listing", "Lists, statuses, statistics and metrics of many containers, and the load of an idle kubelet") { endpoints, image, pids, pods, calls, idle, only };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var bench = await Bench.OpenAsync(arguments.GetValue(endpoints)!, arguments.GetValue(image));
            var daemons = bench.Daemon is { } own ? [own.DaemonPid] : arguments.GetValue(pids)!;
            foreach (var (target, number) in bench.Targets.Select((target, number) => (target, number)))
            {
                var daemonPid = number < daemons.Length ? daemons[number] : (int?)null;
                await IdleKubelet.AddMemoryAloneAsync(target.Name, daemonPid, bench.Results);
                await Console.Error.WriteLineAsync($"{target.Name}: making {arguments.GetValue(pods)} pods ...");
                var node = await ListedNode.MakeAsync(target, arguments.GetValue(pods), daemonPid);
                foreach (var call in ListedCall.All.Where(call => arguments.GetValue(only) is not { } name || call.Name == name))
                {
                    await node.MeasureAsync(call, arguments.GetValue(calls), bench.Results);
                }

                if (arguments.GetValue(idle) is > 0 and var seconds)
                {
                    await Console.Error.WriteLineAsync($"{target.Name}: playing an idle kubelet for {seconds} s ...");
                    await IdleKubelet.RunAsync(node, TimeSpan.FromSeconds(seconds), bench.Results, cancellationToken);
                }
            }

            await bench.Results.WriteAsync(Console.Out);
            return 0;
        });
        return command;
    }
}
