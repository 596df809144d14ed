using System.Diagnostics;
using CriSharp.Benchmarks.Measures;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.Benchmarks.Sections;

/// <summary>The daemon is killed and started again with 200 running containers: until Status answers, and until all are listed. Ours alone.</summary>
internal sealed class RestartSection : Section
{
    private const int Containers = 200;
    private const int ContainersPerPod = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    public override string Name => "restart";

    public override async Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken)
    {
        if (bench.Daemon is not { } daemon)
        {
            await Console.Error.WriteLineAsync("restart: left out, it ends the daemon, and those at --endpoint are not ours to end");
            return;
        }

        await MakeAsync(daemon, bench.Targets[0]);
        var (status, listed, ready) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round < plan.Rounds; round++)
        {
            await daemon.KillDaemonAsync();
            var clock = Stopwatch.StartNew();
            var started = daemon.StartDaemonAsync();
            using var client = new CriClient(daemon.Socket);
            await UntilAsync(async () => await client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited), cancellationToken);
            status.Add(clock.Elapsed);
            await UntilAsync(async () => Require((await client.ContainersAsync()).Count == Containers), cancellationToken);
            listed.Add(clock.Elapsed);
            await started;
            ready.Add(clock.Elapsed);
        }

        bench.Results.Add(Name, "crisharp", $"kill -9 with {Containers} containers: until Status answers, p50", "ms", status.Median, null);
        bench.Results.Add(Name, "crisharp", "until all are listed, p50", "ms", listed.Median, null, "300 ms");
        bench.Results.Add(Name, "crisharp", "until READY=1, p50", "ms", ready.Median, null);
    }

    private static async Task MakeAsync(DaemonInstance daemon, Target target)
    {
        for (var pod = 0; pod < Containers / ContainersPerPod; pod++)
        {
            var config = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
            config.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node;
            var id = await daemon.Client.RunPodAsync(config);
            for (var number = 0; number < ContainersPerPod; number++)
            {
                var container = target.Container("sleep", "100000");
                container.Metadata.Name = $"c{number}";
                container.LogPath = $"c{number}/0.log";
                container.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node;
                await daemon.Client.StartAsync(await daemon.Client.CreateAsync(id, container, config));
            }
        }
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("not all containers are listed");
        }
    }

    // A client that connects before the socket is there fails at once.
    private static async Task UntilAsync(Func<Task> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
