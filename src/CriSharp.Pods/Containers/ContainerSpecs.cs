using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Pods.Cdi;
using CriSharp.Pods.Host;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>What the request, the image and the pod say of one container.</summary>
internal sealed record SpecRequest(
    ContainerId Id,
    PodSandboxRecord Sandbox,
    SandboxState.Ready SandboxState,
    ContainerConfig Config,
    ImageConfig Image,
    ResolvedUser User,
    string RootFs,
    IReadOnlyDictionary<string, SourcePropagation> Propagations,
    IReadOnlyDictionary<ImageVolume, string> ImageVolumes);

/// <summary>Gathers the facts that a container's specification needs, and has it built.</summary>
public sealed partial class ContainerSpecs(
    ContainerStore containers,
    ParentLimits parentLimits,
    HostFacts host,
    HandlerFactsTable handlers,
    AppArmor appArmor,
    RuntimeHandlers runtimes,
    PodsOptions options,
    ILogger<ContainerSpecs> logger)
{
    private readonly InstanceFolders _folders = options.Folders;

    internal async Task<RuntimeSpec> BuildAsync(SpecRequest request, CancellationToken cancellationToken)
    {
        var security = request.Config.Linux?.SecurityContext;
        var facts = await appArmor.AddToAsync(host, AppArmorNeeds.Default(security), cancellationToken);
        var built = ContainerSpec.Build(new ContainerSpecInput
        {
            ContainerId = request.Id.ToString(),
            SandboxId = request.Sandbox.Id.ToString(),
            Config = request.Config,
            Sandbox = request.Sandbox.Config,
            Image = request.Image,
            User = request.User,
            Host = facts with
            {
                SupportsRecursiveReadOnly = handlers.Of(HandlerOf(request.Sandbox)).RecursiveReadOnlyMounts,
                OwnFolders = [.. _folders.All.Select(HostPath.Resolve)],
                // At each time anew: devices come and go while the daemon runs.
                Devices = security?.Privileged ?? false ? HostDevices.All() : [],
            },
            Namespaces = NamespacesOf(request.Sandbox, request.SandboxState) with { TargetPidPath = TargetOf(request.Sandbox, security) },
            Files = SandboxFiles.Of(_folders, request.Sandbox.Id),
            RootFsPath = request.RootFs,
            CgroupsPath = CgroupPlaces.PathFor(request.Sandbox, request.Id),
            Hostname = SandboxFiles.HostnameOf(request.Sandbox),
            LocalhostSeccompProfile = ReadProfile(SeccompProfileFile.PathOf(security)),
            SelinuxLevel = request.Sandbox.SelinuxLevel,
            Devices = request.Config.Devices.DistinctBy(device => device.HostPath).ToDictionary(device => device.HostPath, device => HostDevices.At(device.HostPath)),
            SourcePropagations = request.Propagations,
            SourcePlaces = MountSources.PlacesOf(request.Config.Mounts),
            ImageVolumes = request.ImageVolumes,
            DevicesAreTheUsers = options.DeviceOwnershipFromSecurityContext,
            Edits = ResolveCdiDevices.Run(request.Config, options.CdiSpecDirectories()),
            Defaults = DefaultsOf(request.Sandbox),
        });
        foreach (var warning in built.Warnings)
        {
            NotQuiteGiven(logger, request.Id, warning);
        }

        parentLimits.Require(request.Sandbox, request.Id, built.Spec.Linux.Resources?.Cpu);
        if (PodUserNamespace.Of(request.Sandbox) is not null)
        {
            IdMappedSources.Check(request.Config.Mounts, PodUserNamespace.PathOf(_folders, request.Sandbox.Id));
        }

        return built.Spec;
    }

    internal async Task<RuntimeSpec> BuildInfraAsync(PodSandboxRecord sandbox, string rootFs, CancellationToken cancellationToken)
    {
        var security = sandbox.Config.Linux?.SecurityContext;
        var built = SandboxSpec.Build(new SandboxSpecInput
        {
            SandboxId = sandbox.Id.ToString(),
            Config = sandbox.Config,
            Host = await appArmor.AddToAsync(host, AppArmorNeeds.Default(security), cancellationToken),
            Namespaces = NamespacesOf(sandbox, null),
            RootFsPath = rootFs,
            CgroupsPath = CgroupPlaces.PathFor(sandbox, sandbox.Id.ToInfraContainerId()),
            LocalhostSeccompProfile = ReadProfile(SeccompProfileFile.PathOf(security)),
            SelinuxLevel = sandbox.SelinuxLevel,
            Defaults = DefaultsOf(sandbox),
        });
        foreach (var warning in built.Warnings)
        {
            NotQuiteGiven(logger, sandbox.Id.ToInfraContainerId(), warning);
        }

        return built.Spec;
    }

    /// <summary>Before the root file system is mounted.</summary>
    internal SelinuxLabels LabelsOf(PodSandboxRecord sandbox, ContainerConfig config) =>
        SelinuxRules.ForContainer(config, sandbox.Config, sandbox.SelinuxLevel, host);

    /// <summary>Whose PID namespace the container joins, where it has none of its own.</summary>
    internal ContainerProcesses? PidNamespaceOwnerOf(SandboxState.Ready pod, LinuxContainerSecurityContext? security) =>
        security?.NamespaceOptions is not { Pid: NamespaceMode.Target } options ? pod.Infra
        : containers.TryFind(options.TargetId, out var target) ? target.Processes
        : null;

    private ContainerDefaults DefaultsOf(PodSandboxRecord sandbox) =>
        runtimes.DefaultsOf(HandlerOf(sandbox)) with { AppArmorProfile = appArmor.DefaultProfile };

    private static string HandlerOf(PodSandboxRecord sandbox) => sandbox.Runtime?.Name ?? sandbox.RuntimeHandler;

    private PodNamespaces NamespacesOf(PodSandboxRecord sandbox, SandboxState.Ready? state)
    {
        var pins = _folders.NamespacesOf(sandbox.Id);
        return new PodNamespaces
        {
            Network = sandbox.HasHostNetwork ? NamespaceChoice.Host : NamespaceChoice.Join(Path.Combine(pins, "net")),
            Uts = sandbox.HasHostNetwork ? NamespaceChoice.Host : NamespaceChoice.Join(Path.Combine(pins, "uts")),
            User = PodUserNamespace.Of(sandbox) is null ? NamespaceChoice.Host : NamespaceChoice.Join(PodUserNamespace.PathOf(_folders, sandbox.Id)),
            Ipc = sandbox.HasHostIpc ? NamespaceChoice.Host : NamespaceChoice.Join(Path.Combine(pins, "ipc")),
            InfraPidPath = state?.Infra is { } infra ? PidNamespaceOf(infra) : null,
        };
    }

    /// <summary>Only a running container of the same pod can be the target.</summary>
    private string? TargetOf(PodSandboxRecord sandbox, LinuxContainerSecurityContext? security)
    {
        if (security?.NamespaceOptions is not { Pid: NamespaceMode.Target } options)
        {
            return null;
        }

        var target = containers.Get(options.TargetId);
        if (target.Record.SandboxId != sandbox.Id || target.State is not ContainerState.Running running)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"container config: the target {options.TargetId} of the PID namespace is not a running container of this pod");
        }

        return PidNamespaceOf(running.Processes);
    }

    private static string PidNamespaceOf(ContainerProcesses processes) => $"/proc/{processes.Init.Pid}/ns/pid";

    private static string? ReadProfile(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return HostPath.TryReadFile(path, SeccompProfileFile.LimitBytes) is { } profile
                ? Encoding.UTF8.GetString(profile)
                : throw new RuntimeException(ErrorKind.InvalidArgument, $"the seccomp profile {path} doesn't exist on this node");
        }
        catch (IOException failure)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the seccomp profile {path} can't be read: {failure.Message}", failure);
        }
    }

    [LoggerMessage(105, LogLevel.Warning, "Container {Container}: {Warning}")]
    private static partial void NotQuiteGiven(ILogger logger, ContainerId container, string warning);
}
