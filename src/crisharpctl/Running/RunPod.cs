using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Logs;
using CriSharp.Ctl.Output;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.Running;

/// <summary>
/// A pod of one container: pull, sandbox, create, start; then its log until it ends, and everything removed again.
/// What fails half-way, or is interrupted, is removed as well.
/// </summary>
internal sealed class RunPod(CriConnection cri, Surroundings surroundings)
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(60);

    // RunPodSandbox runs the network plugins and may wait for them: the kubelet gives it twice its usual limit.
    private static readonly TimeSpan SandboxExtra = TimeSpan.FromMinutes(2);

    /// <returns>The container's exit code.</returns>
    public async Task<int> ToItsEndAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        await using var removal = new Rollback(CleanupLimit, ReportFailure);
        var containerId = await StartAsync(settings, removal, cancellationToken);
        using var log = new LogReader(LogPath(settings), new LogPrinter(surroundings.StandardOutput, surroundings.StandardError, timestamps: false));
        try
        {
            var status = await new LogFollower(cri, surroundings.Time).FollowAsync(containerId, log, cancellationToken);
            return status?.ExitCode ?? throw new RuntimeException(ErrorKind.NotFound, "somebody else removed the container: its exit code is unknown");
        }
        catch (RuntimeException absent) when (absent.Kind == ErrorKind.Unavailable)
        {
            removal.Release();
            throw new RuntimeException(
                absent.Kind, $"{absent.Message}; pod {settings.Sandbox.Metadata.Name} is left as it is, with its log {LogPath(settings)}: crisharpctl rm removes it", absent);
        }
        catch (Exception interrupted) when (cancellationToken.IsCancellationRequested && interrupted is OperationCanceledException or RpcException)
        {
            await cri.StopContainerAsync(containerId, StopGrace, CancellationToken.None);
            await log.ReadToEndAsync(CancellationToken.None);
            return ExitCodes.Interrupted;
        }
    }

    /// <returns>The id of the container, which runs.</returns>
    public async Task<string> DetachedAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        await using var rollback = new Rollback(CleanupLimit, ReportFailure);
        var containerId = await StartAsync(settings, rollback, cancellationToken);
        rollback.Release();
        return containerId;
    }

    private static void RemoveLogs(PodSandboxConfig sandbox) => PodLogs.RemoveOf(sandbox.Metadata, sandbox.Annotations);

    private static string LogPath(RunSettings settings) => Path.Combine(settings.Sandbox.LogDirectory, settings.Container.LogPath);

    private async Task<string> StartAsync(RunSettings settings, Rollback rollback, CancellationToken cancellationToken)
    {
        await PullIfWantedAsync(settings, cancellationToken);
        rollback.Add("remove the logs", () => RemoveLogs(settings.Sandbox));
        Directory.CreateDirectory(Path.GetDirectoryName(LogPath(settings))!);
        var sandbox = await cri.Runtime.RunPodSandboxAsync(
            new RunPodSandboxRequest { Config = settings.Sandbox, RuntimeHandler = settings.Handler },
            cri.Within(cancellationToken, SandboxExtra));

        // One step from now on: the logs of a pod that can't be removed are still written.
        rollback.Release();
        rollback.Add("remove the pod and its logs", async limit =>
        {
            await cri.StopPodAsync(sandbox.PodSandboxId, limit);
            await cri.RemovePodAsync(sandbox.PodSandboxId, limit);
            RemoveLogs(settings.Sandbox);
        });
        settings.Container.Image = new ImageSpec { Image = settings.Image, UserSpecifiedImage = settings.Image };
        var created = await cri.Runtime.CreateContainerAsync(
            new CreateContainerRequest { PodSandboxId = sandbox.PodSandboxId, Config = settings.Container, SandboxConfig = settings.Sandbox },
            cri.Within(cancellationToken));
        await cri.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = created.ContainerId }, cri.Within(cancellationToken));
        return created.ContainerId;
    }

    private async Task PullIfWantedAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Pull == PullPolicy.Always || (settings.Pull == PullPolicy.Missing && !await IsThereAsync(settings.Image, cancellationToken)))
        {
            await new PullWithProgress(cri, surroundings).RunAsync(settings.Image, credentials: null, cancellationToken);
        }
    }

    private async Task<bool> IsThereAsync(string image, CancellationToken cancellationToken)
    {
        var request = new ImageStatusRequest { Image = new ImageSpec { Image = image } };
        return (await cri.Images.ImageStatusAsync(request, cri.Within(cancellationToken))).Image is not null;
    }

    private void ReportFailure(string step, Exception failure) =>
        surroundings.Complain($"crisharpctl run: could not {step}: {Printable.Line(failure.Message)}");
}
