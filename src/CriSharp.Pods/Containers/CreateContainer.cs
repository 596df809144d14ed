using CriSharp.Cri.V1;
using CriSharp.Images;
using CriSharp.Images.Trust;
using CriSharp.Oci;
using CriSharp.Pods.Retries;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;
using CriSharp.Storage;
using Microsoft.Extensions.Logging;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Makes a container that is ready to start:
/// 1 the sandbox is leased and must be ready · 2 the name is reserved (a retry of an equal request gets the container that it made) ·
/// 3 images, which the signature policy must accept, log path and mount sources are looked up · 4 root file system · 5 specification · 6 the record is durable ·
/// 7 the monitor has the runtime create it · 8 the state is durable, then visible.
/// A failure at any step undoes those before it; what a crash leaves is found by the next start.
/// </summary>
public sealed partial class CreateContainer(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    ImageStore images,
    ContainerSpecs specs,
    ContainerParts parts,
    ImageVolumes imageVolumes,
    EnforcePolicy policy,
    ContainerLaunch launch,
    ContainerEnds ends,
    DiskRoom room,
    Operations operations,
    Unclaimed<ContainerId> unclaimed,
    Unclaimed<PodSandboxId> unclaimedSandboxes,
    PodsOptions options,
    ILogger<CreateContainer> logger)
{
    private readonly Coalescer<CreateContainerKey, ContainerId> _running = new(AbandonedWork.GoesOn)
    {
        OnUnclaimed = (_, id) => unclaimed.Keep(id),
        OnUnheard = (key, failure) => FailedUnheard(logger, key.Name, failure),
    };

    /// <param name="cancellationToken">Ends the wait only: the kubelet's retry joins the work or finds its result.</param>
    public async Task<ContainerId> RunAsync(string sandboxId, ContainerConfig config, CancellationToken cancellationToken)
    {
        MetadataRules.Validate(config.Metadata);
        var sandbox = sandboxes.Get(sandboxId);
        var key = new CreateContainerKey(ContainerKey.Of(sandbox.Id, config.Metadata), config);
        var work = _running.RunAsync(key, _ => MakeOrFindAsync(sandbox, key, config), cancellationToken);
        return await operations.ExplainAsync(work, nameof(CreateContainer), key.Name.ToString());
    }

    private async Task<ContainerId> MakeOrFindAsync(PodSandbox sandbox, CreateContainerKey key, ContainerConfig config)
    {
        var id = ContainerId.New();
        using var operation = operations.Begin(nameof(CreateContainer), id.ToString(), key.Name.ToString());
        Operation.At("wait for the pod sandbox");
        using var lease = await sandboxes.LeaseAsync(sandbox.Id, CancellationToken.None);
        if (sandbox.State is not SandboxState.Ready ready)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"no container can be made in pod sandbox {sandbox.Id}: it is stopped");
        }

        unclaimedSandboxes.Claim(sandbox.Id);
        if (containers.TryReserve(key.Name, id) is { } holder)
        {
            return FindEarlier(key, holder);
        }

        await using var rollback = new Rollback(options.RollbackLimit, (step, failure) => RollbackFailed(logger, step, id, failure));
        rollback.Add("release the name", () => containers.Release(key.Name, id));

        room.Require($"making container {key.Name}");

        Operation.At("image");
        var image = ResolveImage(config.Image);
        using var imageLease = images.Lease(image.Id);
        using var volumeImages = imageVolumes.Lease(config.Mounts);
        Operation.At("signature policy");
        foreach (var used in volumeImages.All.Values.Prepend(image))
        {
            await policy.AtUseAsync(used, sandbox.Record.Config.Metadata.Namespace, CancellationToken.None);
        }

        var logPath = LogPaths.Resolve(sandbox.Record.Config.LogDirectory, config.LogPath);
        var propagations = MountSources.Check(config.Mounts);

        var labels = specs.LabelsOf(sandbox.Record, config);
        var relabelled = RelabelRules.Select(config.Mounts, MountSources.ToLabel(config.Mounts), labels);
        var rootFs = parts.MakeRootFs(id, sandbox.Record, image.Layers, labels, rollback);
        RootFsShape.Check(rootFs);
        DeclaredVolumes.Make(rootFs, image.Config.Volumes, PodUserNamespace.Of(sandbox.Record));
        var volumes = imageVolumes.Mount(id, sandbox.Record, volumeImages, config.Mounts, labels, rollback);

        Operation.At("specification");
        var user = RootFsUsers.Resolve(rootFs, image.Config.User, config.Linux?.SecurityContext);
        var spec = await specs.BuildAsync(new SpecRequest(id, sandbox.Record, ready, config, image.Config, user, rootFs, propagations, volumes), CancellationToken.None);

        WorkingDirectoryLinks.Check(rootFs, spec.Process.Cwd);

        Operation.At("labels of the volumes");
        await VolumeLabels.SetAsync(relabelled, labels);

        var record = RecordOf(id, sandbox.Record, config, image, spec.Process.User, logPath) with { VolumeImageIds = volumeImages.Ids };
        rollback.Add("forget the record", () => containers.Forget(record));
        Operation.At("record");
        containers.Begin(record);

        var processes = await LaunchAsync(record, spec, rollback);
        JoinedPidNamespace.Check(spec, specs.PidNamespaceOwnerOf(ready, config.Linux?.SecurityContext));
        var watcher = ends.Open(id, processes);
        rollback.Add("close its pidfds", watcher.Dispose);
        Operation.At("state");
        var container = containers.Publish(record, new ContainerState.Created(processes));
        rollback.Release();
        ends.Watch(container, processes, watcher);
        Created(logger, id, key.Name, image.Id);
        return id;
    }

    private async Task<ContainerProcesses> LaunchAsync(ContainerRecord record, RuntimeSpec spec, Rollback rollback)
    {
        try
        {
            return await launch.RunAsync(record, spec, rollback);
        }
        catch (RuntimeException failure) when (failure.Kind == ErrorKind.Internal && room.IsFull)
        {
            throw room.Explain(failure);
        }
    }

    private ContainerId FindEarlier(CreateContainerKey key, string holder)
    {
        if (!containers.TryFind(holder, out var earlier))
        {
            throw new RuntimeException(
                ErrorKind.AlreadyExists,
                $"container {key.Name} is being made with another configuration as {holder}: wait for it, or use another attempt number ({UnderWay(key)})");
        }

        // Who has started it has been told its id: that is no retry.
        if (earlier.State is not ContainerState.Created || !key.Equals(new CreateContainerKey(earlier.Record.Key, earlier.Record.Config)))
        {
            throw new RuntimeException(
                ErrorKind.AlreadyExists,
                $"container {earlier.Id} has the name {key.Name} already: remove it, or use another attempt number");
        }

        unclaimed.Claim(earlier.Id);
        return earlier.Id;
    }

    private string UnderWay(CreateContainerKey key) => operations.Describe(nameof(CreateContainer), key.Name.ToString()) ?? "it has just ended";

    private ImageRecord ResolveImage(ImageSpec? asked)
    {
        if (asked is not { Image.Length: > 0 })
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, "container config: no image is named");
        }

        var image = images.Resolve(asked.Image)
            ?? throw new RuntimeException(ErrorKind.NotFound, $"image \"{asked.Image}\" is not on this node: pull it first");
        return image.ArtifactType is not { } type
            ? image
            : throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"\"{asked.Image}\" is an artifact of the type {type}, not an image that a container could be made of: it can be mounted as an image volume");
    }

    /// <summary>The pod itself, and its containers before this one: of several attempts the kubelet looks at the newest.</summary>
    private IEnumerable<DateTimeOffset> EarlierOf(PodSandboxRecord sandbox) =>
        containers.Of(sandbox.Id).Select(earlier => earlier.Record.CreatedAt).Prepend(sandbox.CreatedAt);

    private ContainerRecord RecordOf(
        ContainerId id, PodSandboxRecord sandbox, ContainerConfig config, ImageRecord image, SpecUser user, string logPath) => new()
        {
            Id = id,
            SandboxId = sandbox.Id,
            Config = config,
            ImageId = image.Id,
            RuntimeHandler = sandbox.RuntimeHandler,
            Runtime = sandbox.Runtime,
            CreatedAt = RecordTime.After(EarlierOf(sandbox), options.Time.GetUtcNow()),
            BootId = BootId.Current,
            LogPath = logPath,
            StopSignal = StopSignals.Resolve(config.StopSignal, image.Config.StopSignal),
            User = new ContainerIdentity(user.Uid, user.Gid, [.. user.AdditionalGids ?? []]),
        };

    [LoggerMessage(100, LogLevel.Information, "Container {Container} is created: {Name}, image {Image}")]
    private static partial void Created(ILogger logger, ContainerId container, ContainerKey name, string image);

    [LoggerMessage(102, LogLevel.Warning, "Container {Name} could not be made, and whoever asked for it had gone")]
    private static partial void FailedUnheard(ILogger logger, ContainerKey name, Exception failure);

    [LoggerMessage(101, LogLevel.Error, "Rollback could not {Step} of container {Container}")]
    private static partial void RollbackFailed(ILogger logger, string step, ContainerId container, Exception failure);
}
