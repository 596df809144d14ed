using System.Collections.Concurrent;
using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.TestSupport.Ends;

/// <summary>
/// Many containers that wait on one barrier and end at once, each in one of the ways of <see cref="EndKind"/>; then each must be reported
/// rightly: code, reason, times, first and last line of its log.
/// </summary>
public sealed class ManyEnds(DaemonInstance daemon, string image)
{
    private const int AtOnce = 4;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _barrier = Directory.CreateDirectory(Path.Combine(daemon.Folder, "barrier")).FullName;
    private readonly ConcurrentBag<Ending> _endings = [];
    private readonly ConcurrentBag<string> _pods = [];

    /// <param name="restartsDaemon">It is killed in the middle of the ends, and started again.</param>
    /// <returns>What was wrong, a line each; empty: nothing.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(int containers, int perPod, bool restartsDaemon, CancellationToken cancellationToken)
    {
        _endings.Clear();
        _pods.Clear();
        var fifo = Path.Combine(_barrier, "go");
        File.Delete(fifo);
        await ProgramRun.RunAsync(new ProgramCommand { Path = "/usr/bin/mkfifo", Arguments = [fifo], TimeLimit = CommandLimit }, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2) + (TimeSpan.FromSeconds(5) * containers));

        await MakeAsync(containers, perPod, limit.Token);
        await UntilAsync(() => Task.FromResult(_endings.All(ending => ending.Log().Length > 0)), limit.Token);
        var barrierAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * NanosecondsPerMillisecond;

        // Whoever opens it for reading goes on while it is held open here.
        using (HostPath.Open(fifo, OpenFlags.ReadWrite | OpenFlags.NonBlocking))
        {
            if (restartsDaemon)
            {
                await UntilAsync(AnyHasEndedAsync, limit.Token);
                await daemon.KillDaemonAsync();
                await daemon.StartDaemonAsync();
            }

            await UntilAsync(AllHaveEndedAsync, limit.Token);
        }

        var faults = new List<string>();
        foreach (var ending in _endings)
        {
            faults.AddRange(ending.FaultsOf(await daemon.Client.StatusAsync(ending.Id), barrierAt).Select(fault => $"{ending.Id} ({ending.Kind.Script}): {fault}"));
        }

        await Parallel.ForEachAsync(_pods, Side(limit.Token), async (pod, _) =>
        {
            await daemon.Client.StopPodAsync(pod);
            await daemon.Client.RemovePodAsync(pod);
        });
        return faults;
    }

    private static ParallelOptions Side(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    private async Task MakeAsync(int containers, int perPod, CancellationToken cancellationToken)
    {
        foreach (var (shares, numbers) in Enumerable.Range(0, containers).Select(number => (Number: number, Kind: KindOf(number)))
            .GroupBy(one => one.Kind.SharesProcesses, one => one.Number)
            .SelectMany(group => group.Chunk(perPod).Select(chunk => (group.Key, chunk))))
        {
            var config = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
            config.Linux.SecurityContext.NamespaceOptions = Namespaces(shares);
            var pod = await daemon.Client.RunPodAsync(config);
            _pods.Add(pod);
            await Parallel.ForEachAsync(numbers, Side(cancellationToken), async (number, _) => await StartAsync(pod, config, number));
        }
    }

    private static EndKind KindOf(int number) => EndKind.All[number % EndKind.All.Count];

    private static NamespaceOption Namespaces(bool shares) => new()
    {
        Network = NamespaceMode.Node,
        Ipc = NamespaceMode.Node,
        Pid = shares ? NamespaceMode.Node : NamespaceMode.Container,
    };

    private async Task StartAsync(string pod, PodSandboxConfig podConfig, int number)
    {
        var kind = KindOf(number);
        var config = PodConfigs.Container(image, "sh", "-c", $"echo first {number}; : < /barrier/go; echo last {number}; {kind.Script}");
        config.Metadata.Name = string.Create(CultureInfo.InvariantCulture, $"end-{number}");
        config.LogPath = $"{config.Metadata.Name}/0.log";
        config.Mounts.Add(new Mount { ContainerPath = "/barrier", HostPath = _barrier });
        config.Linux.SecurityContext.NamespaceOptions = Namespaces(kind.SharesProcesses);
        config.Linux.Resources.MemoryLimitInBytes = kind.MemoryLimitBytes;
        var id = await daemon.Client.CreateAsync(pod, config, podConfig);
        _endings.Add(new Ending(id, number, kind, Path.Combine(podConfig.LogDirectory, config.LogPath)));
        await daemon.Client.StartAsync(id);
    }

    private async Task<bool> AnyHasEndedAsync() =>
        (await daemon.Client.ContainersAsync()).Any(container => container.State == ContainerState.ContainerExited);

    private async Task<bool> AllHaveEndedAsync() =>
        (await daemon.Client.ContainersAsync()).All(container => container.State == ContainerState.ContainerExited);

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition())
        {
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>One container, and how it has to end.</summary>
    private sealed record Ending(string Id, int Number, EndKind Kind, string LogPath)
    {
        public string[] Log() => File.Exists(LogPath) ? File.ReadAllLines(LogPath) : [];

        public IEnumerable<string> FaultsOf(ContainerStatus status, long barrierAt)
        {
            if ((status.ExitCode, status.Reason) != (Kind.Code, Kind.Reason))
            {
                yield return $"is reported as {status.ExitCode} {status.Reason} {status.Message}, not {Kind.Code} {Kind.Reason}";
            }

            if (status.StartedAt == 0 || status.FinishedAt < status.StartedAt || status.FinishedAt < barrierAt)
            {
                yield return $"started at {status.StartedAt}, was let go at {barrierAt}, but finished at {status.FinishedAt}";
            }

            var log = Log();
            if (!log.Select(line => line.Split(' ', 2)[1]).SequenceEqual([$"stdout F first {Number}", $"stdout F last {Number}"]))
            {
                yield return $"has the log {string.Join(" | ", log)}";
            }
        }
    }
}
