using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Power;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Power;

/// <summary>What must be true of a daemon that starts on what a power cut has left.</summary>
/// <param name="trees">What each layer's tree has to be, by the name of its folder.</param>
internal sealed class PowerCutCheck(DaemonInstance daemon, string busybox, PowerCut cut, IReadOnlyDictionary<string, string> trees)
{
    private static readonly TimeSpan UndoLimit = TimeSpan.FromSeconds(30);
    private readonly List<string> _problems = [];

    private CriClient Client => daemon.Client;

    /// <returns>Nothing, where all is well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        await HalfMadeIsUndoneAsync();
        await NothingIsDamagedAsync();
        await ImagesAsync();
        await PodsAsync();
        await NewPodRunsAsync();
        await EverythingCanBeRemovedAsync();
        return _problems;
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _problems.Add(otherwise);
        }
    }

    /// <summary>The undo goes on behind the start.</summary>
    private async Task HalfMadeIsUndoneAsync()
    {
        using var limit = new CancellationTokenSource(UndoLimit);
        while (!limit.IsCancellationRequested)
        {
            var listed = (await Client.PodsAsync()).Select(pod => pod.Id).Concat((await Client.ContainersAsync()).Select(container => container.Id));
            var onDisk = Names("sandboxes").Concat(Names("containers"));
            if (listed.Order(StringComparer.Ordinal).SequenceEqual(onDisk.Order(StringComparer.Ordinal)))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }

        _problems.Add($"what is listed is not what is on disk: sandboxes {string.Join(' ', Names("sandboxes"))}, containers {string.Join(' ', Names("containers"))}");
    }

    private async Task NothingIsDamagedAsync()
    {
        Require(Names("broken").Count == 0, $"set aside: {string.Join(' ', Names("broken"))}");
        foreach (var folder in (string[])["layers/.staging", "content/.staging", "snapshots/.staging"])
        {
            await SettleAsync(() => Names(folder).Count == 0);
            Require(Names(folder).Count == 0, $"left in {folder}: {string.Join(' ', Names(folder))}");
        }
    }

    private async Task ImagesAsync()
    {
        var listed = await Client.ImagesAsync();
        foreach (var name in cut.After.Keys.Where(name => name.StartsWith("image ", StringComparison.Ordinal)))
        {
            Holds(name, listed.Any(image => image.RepoTags.Contains(name["image ".Length..])));
        }

        Require(listed.Any(image => image.Id == busybox), "the image that was there all the time is gone");
        foreach (var document in listed.SelectMany(image => Digests(image.Id, "documents")).Distinct())
        {
            var path = Path.Combine(daemon.Root, "content", document.Replace(':', '/'));
            Require(File.Exists(path) && TestImage.DigestOf(File.ReadAllBytes(path)) == document, $"document {document} of an image is not there, or not whole");
        }

        var needed = listed.SelectMany(image => Digests(image.Id, "layers")).Select(layer => layer.Replace(':', '-')).Distinct().Order(StringComparer.Ordinal).ToList();
        List<string> There() => [.. Names("layers").Where(name => name != ".staging").Order(StringComparer.Ordinal)];

        // What nothing needs any more is tidied away behind the first callers.
        await SettleAsync(() => needed.SequenceEqual(There()));
        var there = There();
        Require(needed.SequenceEqual(there), $"the images need the layers {string.Join(' ', needed)} and those on disk are {string.Join(' ', there)}");
        foreach (var layer in there)
        {
            Require(TreeDigest.Of(Path.Combine(daemon.Root, "layers", layer, "tree")) == trees[layer], $"layer {layer} has not the content that was pulled");
        }
    }

    /// <summary>Waits for it, but not for ever: whoever asks then finds it as it is.</summary>
    private static async Task SettleAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition() && !limit.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private async Task PodsAsync()
    {
        var pods = await Client.PodsAsync();
        var containers = await Client.ContainersAsync();
        foreach (var name in cut.After.Keys.Where(name => name.StartsWith("pod ", StringComparison.Ordinal)))
        {
            var uid = name["pod ".Length..];
            var pod = pods.SingleOrDefault(pod => pod.Metadata.Uid == uid);
            Holds(name, pod is not null);
            var container = containers.SingleOrDefault(container => container.PodSandboxId == pod?.Id && pod is not null);
            Holds(PowerWorkload.ContainerName(uid), container is not null);
            if (container is not null)
            {
                await ContainerAsync(PowerWorkload.ContainerName(uid), container.Id);
            }
        }

        Require(pods.All(pod => pod.State == PodSandboxState.SandboxNotready), "a pod is said to be ready after a reboot");
        var known = containers.Select(container => container.Id).ToHashSet();
        await SettleAsync(() => Names("snapshots").All(name => name.StartsWith('.') || known.Contains(name)));
        Require(Names("snapshots").All(name => name.StartsWith('.') || known.Contains(name)), $"snapshots without a container: {string.Join(' ', Names("snapshots"))}");
    }

    private async Task ContainerAsync(string name, string id)
    {
        var status = await Client.StatusAsync(id);
        Require(status.State == ContainerState.ContainerExited, $"{name} is {status.State} after a reboot");
        if (cut.Before.GetValueOrDefault(name)?.ExitCode is { } code)
        {
            Require(status.ExitCode == code && status.Reason is "Completed" or "Error", $"{name} had ended with {code}, and now it is {status.ExitCode} ({status.Reason})");
        }
    }

    private async Task NewPodRunsAsync()
    {
        var config = PodConfigs.Pod(daemon.CgroupParent, daemon.PodLogs);
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config), config);
        var (status, output) = await pod.RunToEndAsync(PodConfigs.Container(busybox, "sh", "-c", "cat /etc/hostname; exit 3"));
        Require(status.ExitCode == 3 && output.Length > 0, $"a new container said \"{output}\" and ended with {status.ExitCode}: {status.Message}");
    }

    private async Task EverythingCanBeRemovedAsync()
    {
        foreach (var pod in await Client.PodsAsync())
        {
            await Client.StopPodAsync(pod.Id);
            await Client.RemovePodAsync(pod.Id);
        }

        Require((await Client.ContainersAsync()).Count == 0, "containers are left without pods");
        Require(Names("snapshots").All(name => name.StartsWith('.')), $"snapshots are left: {string.Join(' ', Names("snapshots"))}");
        Require(daemon.Network.Leases.Count == 0, $"addresses are left: {string.Join(' ', daemon.Network.Leases)}");
    }

    private void Holds(string name, bool isThere)
    {
        if (cut.MustBeThere(name) is { } must)
        {
            Require(must == isThere, must ? $"{name} was answered before the cut and is gone" : $"{name} had been removed, or never asked for, and is there");
        }
    }

    private IEnumerable<string> Digests(string imageId, string property)
    {
        var record = JsonNode.Parse(File.ReadAllText(Path.Combine(daemon.Root, "images", imageId["sha256:".Length..] + ".json")))!;
        return record[property]!.AsArray().Select(digest => (string)digest!);
    }

    private List<string> Names(string folder) => Directory.Exists(Path.Combine(daemon.Root, folder))
        ? [.. Directory.EnumerateFileSystemEntries(Path.Combine(daemon.Root, folder)).Select(path => Path.GetFileName(path))]
        : [];
}
