using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Services;
using CriSharp.Images;
using CriSharp.Pods;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Recovery;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Ends and removes what an instance has, by the verbs that the daemon has for it:
/// 1 the root's lock · 2 what is there is found, as at a start · 3 pods with their containers, containers without a pod ·
/// 4 records that could not be read, and what nothing owns then · 5 images. Goes on after a failure, and says what stayed.
/// </summary>
internal sealed class WipeInstance(IServiceProvider services, bool everything, TextWriter output)
{
    // A plugin that hangs or a process that can't die holds up one pod, not the boot.
    private static readonly TimeSpan LimitEach = TimeSpan.FromSeconds(60);

    private readonly PodVerbs _pods = services.GetRequiredService<PodVerbs>();
    private readonly InstanceFolders _folders = services.GetRequiredService<InstanceFolders>();
    private int _gone;
    private int _stayed;

    /// <param name="everything">Else what an earlier boot has left.</param>
    /// <param name="images">Images and layers too.</param>
    /// <returns>The exit code: 0 nothing stayed that should have gone, 1 something did.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: a daemon runs, it is named.</exception>
    public static async Task<int> RunAsync(DaemonOptions options, bool everything, bool images, TextWriter output, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.Root))
        {
            await output.WriteLineAsync($"there is nothing in {options.Root}");
            return 0;
        }

        using var locks = InstanceLocks.Take(options);
        await using var services = Build(options);
        var wipe = new WipeInstance(services, everything, output);
        await wipe.WipePodsAsync(cancellationToken);
        if (images)
        {
            await wipe.WipeImagesAsync(cancellationToken);
        }

        await output.WriteLineAsync(wipe._stayed > 0
            ? $"{wipe._stayed} things stayed in {options.Root}, {wipe._gone} are removed: run it again, or see what holds them"
            : wipe._gone > 0 ? $"{wipe._gone} things are removed from {options.Root}" : $"there is nothing to remove in {options.Root}");
        return wipe._stayed > 0 ? 1 : 0;
    }

    private static ServiceProvider Build(DaemonOptions options)
    {
        // The verbs' own events are for those who ask.
        var level = options.LogLevel == LogLevel.Information ? LogLevel.Warning : options.LogLevel;
        var services = OfflineRooms.Of(options, level);
        services.AddPods(options with { LogLevel = level });
        return services.BuildServiceProvider();
    }

    private async Task WipePodsAsync(CancellationToken cancellationToken)
    {
        var recover = services.GetRequiredService<RecoverPods>();
        await recover.RunAsync();
        await recover.Undone;
        foreach (var pod in _pods.Sandboxes.All.Where(pod => Falls(pod.Record.BootId)).ToList())
        {
            var name = $"{pod.Record.Key.Namespace}/{pod.Record.Key.Name} {pod.Id}";
            await RemoveAsync("pod", name, limit => _pods.RemovePodSandbox.RunAsync(pod.Id.ToString(), limit), cancellationToken);
        }

        foreach (var container in _pods.Containers.All.Where(container => Falls(container.Record.BootId)).ToList())
        {
            await RemoveAsync("container", $"{container.Id}", limit => _pods.RemoveContainer.RunAsync(container.Id.ToString(), limit), cancellationToken);
        }

        if (everything)
        {
            var broken = services.GetRequiredService<BrokenRecords>();
            foreach (var record in broken.List())
            {
                await RemoveAsync("unusable record", Path.GetFileName(record.Path), limit => Task.Run(() => broken.Remove(record), limit), cancellationToken);
            }

            // Their processes and mounts have no owner now.
            await services.GetRequiredService<AuditLeftovers>().RunAsync(AuditScope.RemoveSure, cancellationToken);
        }

        await TellDebtsAsync();
    }

    /// <summary>What the network's plugins would not take back in time stays recorded: the next daemon pays it.</summary>
    private async Task TellDebtsAsync()
    {
        foreach (var debt in Directory.Exists(_folders.NetworkDebts) ? Directory.GetDirectories(_folders.NetworkDebts) : [])
        {
            _stayed++;
            await output.WriteLineAsync($"NOT removed: the network of pod sandbox {Path.GetFileName(debt)}: its plugins did not detach it; the next daemon tries again");
        }
    }

    private async Task WipeImagesAsync(CancellationToken cancellationToken)
    {
        var images = services.GetRequiredService<ImageVerbs>();
        var inUse = _pods.Containers.All.Select(container => container.Record.ImageId).ToHashSet();
        foreach (var image in images.Store.List())
        {
            if (inUse.Contains(image.Id))
            {
                await output.WriteLineAsync($"kept image {image.Id}: a container of this boot uses it");
                continue;
            }

            await RemoveAsync("image", image.Id, limit => images.RemoveImage.RunAsync(image.Id, limit), cancellationToken);
        }

        await services.GetRequiredService<FreeUnusedLayers>().SweepAsync(TimeSpan.Zero, TimeProvider.System, cancellationToken);
    }

    private bool Falls(string bootId) => everything || bootId != BootId.Current;

    private async Task RemoveAsync(string noun, string name, Func<CancellationToken, Task> remove, CancellationToken cancellationToken)
    {
        // Ends by: the caller's token (the wipe ends), or the limit (the next one's turn).
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LimitEach);
        try
        {
            await remove(limit.Token).WaitAsync(limit.Token);
            _gone++;
            await output.WriteLineAsync($"removed {noun} {name}");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _stayed++;
            var why = limit.IsCancellationRequested ? $"it was not done after {LimitEach.TotalSeconds:0} s" : failure.Message;
            await output.WriteLineAsync($"NOT removed: {noun} {name}: {why}");
        }
    }
}
