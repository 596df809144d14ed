using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.TestSupport.Churn;

/// <summary>One pod from its making to its removal, with a command in it, and an end that must be told rightly.</summary>
public sealed class PodLife(DaemonInstance daemon, PatientClient client, ChurnReport report, string image)
{
    private const int Codes = 100;

    public async Task RunAsync(int number)
    {
        var podConfig = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs, $"churn-{number}");
        var code = number % Codes;
        var config = PodConfigs.Container(image, "sh", "-c", $"echo first; while [ ! -e /end ]; do sleep 0.05; done; echo last; exit {code}");

        var pod = await client.AskAsync("RunPodSandbox", one => one.RunPodAsync(podConfig));
        var container = await client.AskAsync("CreateContainer", one => one.CreateAsync(pod, config, podConfig));
        await client.AskAsync("StartContainer", one => StartAsync(one, container));
        await client.AskAsync("ExecSync", one => EndByExecAsync(one, container));
        var status = await client.AskAsync("ContainerStatus", one => one.WaitForExitAsync(container));
        Check(number, status, code);
        await client.AskAsync("RemoveContainer", one => one.RemoveAsync(container));
        await client.AskAsync("StopPodSandbox", one => one.StopPodAsync(pod));
        await client.AskAsync("RemovePodSandbox", one => one.RemovePodAsync(pod));
    }

    /// <summary>As a kubelet looks before it starts again.</summary>
    private static async Task StartAsync(CriClient one, string container)
    {
        if ((await one.StatusAsync(container)).State == ContainerState.ContainerCreated)
        {
            await one.StartAsync(container);
        }
    }

    /// <summary>The command may have been run though nobody was told.</summary>
    private static async Task EndByExecAsync(CriClient one, string container)
    {
        try
        {
            await one.ExecTextAsync(container, "touch", "/end");
        }
        catch (Exception failure) when (failure is InvalidOperationException or RpcException { StatusCode: not (StatusCode.Unavailable or StatusCode.Cancelled) })
        {
            if ((await one.StatusAsync(container)).State == ContainerState.ContainerRunning)
            {
                throw;
            }
        }
    }

    private void Check(int number, ContainerStatus status, int code)
    {
        if (status.ExitCode != code)
        {
            report.Wrong.Enqueue($"pod {number}: exit code {status.ExitCode} ({status.Reason} {status.Message}) instead of {code}");
        }

        var lines = File.ReadAllLines(status.LogPath).Select(line => line.Split(' ', 4)[^1]).ToList();
        if (lines is not ["first", "last"])
        {
            report.Wrong.Enqueue($"pod {number}: its log says {string.Join(", ", lines)}");
        }
    }
}
