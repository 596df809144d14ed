using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Power;

/// <summary>A kubelet's day in a hurry: images are pulled and removed, pods run to their ends and are removed, all at the same time, until told to stop.</summary>
internal sealed class PowerWorkload(DaemonInstance daemon, string busybox, IReadOnlyList<string> images, CallLedger ledger)
{
    private const int PodsKept = 2;

    private CriClient Client => daemon.Client;

    public static string ImageName(string reference) => $"image {reference}";

    public static string PodName(string uid) => $"pod {uid}";

    public static string ContainerName(string podUid) => $"container of {podUid}";

    public async Task RunAsync(CancellationToken end) => await Task.WhenAll(RunImagesAsync(end), RunPodsAsync(end), RunPodsAsync(end));

    private async Task RunImagesAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            foreach (var image in images)
            {
                await ledger.MakeAsync(ImageName(image), () => Client.PullAsync(image));
            }

            foreach (var image in images)
            {
                await ledger.RemoveAsync(ImageName(image), () => Client.RemoveImageAsync(image));
            }
        }
    }

    private async Task RunPodsAsync(CancellationToken end)
    {
        var kept = new Queue<string>();
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            kept.Enqueue(await RunPodAsync(exitCode: round % 200));
            if (kept.Count > PodsKept)
            {
                await RemovePodAsync(kept.Dequeue());
            }
        }
    }

    private async Task<string> RunPodAsync(int exitCode)
    {
        var config = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
        var uid = config.Metadata.Uid;
        await ledger.MakeAsync(PodName(uid), () => Client.RunPodAsync(config));
        var pod = ledger.IdOf(PodName(uid));

        var name = ContainerName(uid);
        await ledger.MakeAsync(name, () => Client.CreateAsync(pod, PodConfigs.Container(busybox, "sh", "-c", $"echo written > /file; exit {exitCode}"), config));
        await Client.StartAsync(ledger.IdOf(name));
        var status = await Client.WaitForExitAsync(ledger.IdOf(name));
        ledger.Ended(name, status.ExitCode);
        await Client.StopPodAsync(pod);
        return uid;
    }

    private async Task RemovePodAsync(string uid)
    {
        await ledger.RemoveAsync(ContainerName(uid), () => Client.RemoveAsync(ledger.IdOf(ContainerName(uid))));
        await ledger.RemoveAsync(PodName(uid), () => Client.RemovePodAsync(ledger.IdOf(PodName(uid))));
    }
}
