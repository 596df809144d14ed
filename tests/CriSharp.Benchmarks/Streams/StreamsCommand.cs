using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Benchmarks.Streams;

/// <summary>
/// Thousands of sessions that come and go on one container, and a gigabyte through one of them: what it costs, and whether daemon and monitor are
/// afterwards as they were before.
/// </summary>
internal static class StreamsCommand
{
    public static Command Create()
    {
        var sessions = new Option<int>("--sessions") { Description = "Attaches, and commands with terminals that fail", DefaultValueFactory = _ => 10_000 };
        var connections = new Option<int>("--connections") { Description = "Forwarded in one session", DefaultValueFactory = _ => 1000 };
        var megabytes = new Option<int>("--megabytes") { Description = "Through a command's input and output", DefaultValueFactory = _ => 1024 };
        var command = new Command("streams", "Has many exec, attach and port-forward sessions come and go") { sessions, connections, megabytes };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(arguments.GetValue(sessions), arguments.GetValue(connections), arguments.GetValue(megabytes), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int sessions, int connections, int megabytes, CancellationToken cancellationToken)
    {
        await using var registry = await LocalRegistry.StartAsync();
        await using var daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", registry.Host);
        var image = await daemon.Client.PullAsync(await registry.PushBusyboxAsync());
        var pod = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
        var podId = await daemon.Client.RunPodAsync(pod);
        var config = PodConfigs.Container(image, "sh", "-c", "echo hello > /tmp/index.html; httpd -p 127.0.0.1:8080 -h /tmp; while read line; do echo \"<$line>\"; done");
        config.Stdin = true;
        var container = await daemon.Client.CreateAsync(podId, config, pod);
        await daemon.Client.StartAsync(container);

        var client = new SessionClient(daemon.Client, podId, container);
        var watch = new Watch(daemon.DaemonPid, MonitorOf(container));
        await watch.ShowAsync("input", () => client.FeedAsync(megabytes, cancellationToken));
        await watch.ShowAsync("output in pieces of 1 MiB", () => client.DrainAsync(megabytes, "1M", cancellationToken));
        await watch.ShowAsync("output in pieces of 4 KiB", () => client.DrainAsync(megabytes, "4k", cancellationToken));
        await watch.ShowAsync($"{sessions} commands with terminals that fail", () => RepeatAsync(sessions, client.FailAsync, cancellationToken));
        await watch.ShowAsync($"{sessions} attaches", () => RepeatAsync(sessions, client.AttachAsync, cancellationToken));
        await watch.ShowAsync($"{connections} connections in one session", () => client.ForwardAsync(connections, cancellationToken));
        await client.StayAsync(100, watch, cancellationToken);
        return 0;
    }

    private static async Task<string> RepeatAsync(int times, Func<CancellationToken, Task> session, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, times, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (_, token) => await session(token));
        return "";
    }

    private static int MonitorOf(string container) => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
        .First(pid => pid > 0 && File.Exists($"/proc/{pid}/cmdline") && CommandLine(pid) is var words && words.Contains("conmon-sharp", StringComparison.Ordinal) && words.Contains(container, StringComparison.Ordinal));

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
