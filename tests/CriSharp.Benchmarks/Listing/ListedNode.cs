using System.Diagnostics;
using CriSharp.Benchmarks.Measures;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.Benchmarks.Listing;

/// <summary>A runtime with many pods.</summary>
/// <param name="DaemonPid">Null: what a call costs it is not known.</param>
internal sealed record ListedNode(string Name, CriClient Client, string Socket, string Pod, string Container, string Image, int? DaemonPid)
{
    private const int WarmUpCalls = 50;
    private const string Section = "listing";

    public static async Task<ListedNode> MakeAsync(Target target, int pods, int? daemonPid)
    {
        BenchPod last = null!;
        for (var number = 0; number < pods; number++)
        {
            var config = target.Sleeper();
            KubernetesWords(config);
            (last, _) = await target.StartPodAsync(config);
        }

        return new ListedNode(target.Name, target.Client, target.Socket, last.PodId, last.ContainerId, target.Sleeper().Image.Image, daemonPid);
    }

    /// <summary>By a client that reads what it gets, and by one that takes the bytes alone.</summary>
    public async Task MeasureAsync(ListedCall call, int count, ResultTable results)
    {
        try
        {
            await MeasureAsync(call.Name, "", count, () => call.RunAsync(this), results);
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.Unimplemented)
        {
            await Console.Error.WriteLineAsync($"{Name}: {call.Name} is not implemented");
            return;
        }

        using var bare = new BareClient(Socket);
        var request = call.Request(this);
        await MeasureAsync($"{call.Name} to the last byte", call.Aim, count, () => Task.FromResult(bare.Call(call.Service, call.Name, request)), results);
    }

    private async Task MeasureAsync(string name, string aim, int count, Func<Task> run, ResultTable results)
    {
        var samples = new Samples();
        for (var number = 0; number < WarmUpCalls; number++)
        {
            await run();
        }

        var before = CpuTime();
        for (var number = 0; number < count; number++)
        {
            var began = Stopwatch.GetTimestamp();
            await run();
            samples.Add(Stopwatch.GetElapsedTime(began));
        }

        var cpu = CpuTime() - before;
        results.Add(Section, Name, $"{name}, p50", "ms", samples.Median, null, aim);
        results.Add(Section, Name, $"{name}, p99", "ms", samples.P99, null);
        if (cpu is { } spent)
        {
            results.Add(Section, Name, $"{name}, CPU of the daemon per call", "ms", spent.TotalMilliseconds / count, null);
        }
    }

    public TimeSpan? CpuTime() => DaemonPid is { } pid ? ProcessFacts.CpuTime(pid) : null;

    /// <summary>What a kubelet puts on each container.</summary>
    private static void KubernetesWords(ContainerConfig config)
    {
        config.Labels.Add(new Dictionary<string, string>
        {
            ["io.kubernetes.container.name"] = "main",
            ["io.kubernetes.pod.name"] = "web-7d4b9c6f5d-x2x7k",
            ["io.kubernetes.pod.namespace"] = "shop",
            ["io.kubernetes.pod.uid"] = "0f7a1c9e-3f4e-4b9a-9d57-1b8a7a1f0c55",
        });
        config.Annotations.Add(new Dictionary<string, string>
        {
            ["io.kubernetes.container.hash"] = "5d1b8f2c",
            ["io.kubernetes.container.ports"] = "[{\"name\":\"http\",\"containerPort\":8080,\"protocol\":\"TCP\"}]",
            ["io.kubernetes.container.restartCount"] = "0",
            ["io.kubernetes.container.terminationMessagePath"] = "/dev/termination-log",
            ["io.kubernetes.container.terminationMessagePolicy"] = "File",
            ["io.kubernetes.pod.terminationGracePeriod"] = "30",
        });
    }
}
