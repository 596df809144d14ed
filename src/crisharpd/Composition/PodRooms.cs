using CriSharp.Cni;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Services;
using CriSharp.Linux.Cgroups;
using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Events;
using CriSharp.Pods.Exec;
using CriSharp.Pods.Host;
using CriSharp.Pods.Metrics;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Recovery;
using CriSharp.Pods.Retries;
using CriSharp.Pods.Sandboxes;
using CriSharp.Pods.Stats;
using CriSharp.Specs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>What pods are made with: runtimes, monitors, network, cgroups; and the verbs on them.</summary>
internal static class PodRooms
{
    public static void AddPods(this IServiceCollection services, DaemonOptions options)
    {
        var folders = new InstanceFolders(options.Root, options.RunRoot) { ImageStore = options.ImageStore };
        services.AddSingleton(folders);
        services.AddSingleton(provider => new PodsOptions
        {
            Folders = folders,
            CgroupDriver = DriverOf(options),
            PausePath = options.PausePath,
            CdiSpecDirectories = () => provider.GetRequiredService<OptionsInForce>().Value.CdiSpecDirectories,
            DeviceOwnershipFromSecurityContext = options.DeviceOwnershipFromSecurityContext,
            CreateLimit = options.ContainerCreateTimeout,
            KillLimit = Shorter(options.RuntimeTimeout, TimeSpan.FromSeconds(30)),
            KeepUnclaimed = options.UnclaimedTimeout,
            NetworkDelLimit = options.CniDelTimeout,
            MonitorCgroups = MonitorCgroups.Make(provider.GetRequiredService<CgroupHierarchies>()),
            PodMetrics = options.PodMetrics,
            Time = provider.GetRequiredService<TimeProvider>(),
        });
        services.AddSingleton(_ => CgroupHierarchies.Detect());
        services.AddSingleton(provider => HostFactsReader.Read(provider.GetRequiredService<CgroupHierarchies>()));
        services.AddSingleton(new RuntimeHandlers(HandlersOf(options)));
        services.AddSingleton(new BundleStore(folders.ContainerRuns));
        services.AddSingleton(new MonitorLauncher(options.MonitorPath));
        services.AddSingleton(provider => new PodCgroups(provider.GetRequiredService<CgroupHierarchies>(), DriverOf(options)));
        services.AddSingleton(new CniConfigStore(options.CniConfigDirectory, options.CniDefaultNetwork));
        // By a factory: the container disposes only of what it has made.
        services.AddSingleton(provider => new SandboxNetwork(
            provider.GetRequiredService<CniConfigStore>(),
            new CniPlugins(options.CniPluginDirectories),
            new CniLimits { Plugin = options.CniPluginTimeout, Total = options.CniAddTimeout },
            options.Root));

        services.AddSingleton<HandlerFactsTable>();
        services.AddSingleton(new AppArmorOptions { DefaultProfile = options.AppArmorProfile });
        services.AddSingleton<AppArmor>();
        services.AddSingleton<RuntimeVersions>();
        services.AddSingleton<PodSandboxStore>();
        services.AddSingleton<SandboxLevels>();
        services.AddSingleton<HostPorts>();
        services.AddSingleton<ContainerStore>();
        services.AddSingleton<ParentLimits>();
        services.AddSingleton<ContainerSpecs>();
        services.AddSingleton<ContainerCgroups>();
        services.AddSingleton<ImageVolumes>();
        services.AddSingleton<ContainerParts>();
        services.AddSingleton<ContainerLaunch>();
        services.AddSingleton<ContainerEnds>();
        services.AddSingleton<InfraContainer>();
        services.AddSingleton<SandboxParts>();
        services.AddSingleton<NetworkDebts>();
        services.AddSingleton<IIdOwner>(provider => provider.GetRequiredService<NetworkDebts>());
        services.AddSingleton<CollectNetworkGarbage>();
        services.AddSingleton<TakeUpNetworks>();
        services.AddSingleton<EndEarlierVerbs>();
        services.AddSingleton<FindStarted>();
        services.AddAudit();
        services.AddSingleton<RecoverPods>();

        services.AddSingleton(provider => UnclaimedThings.Sandboxes(
            provider.GetRequiredService<PodSandboxStore>(),
            provider.GetRequiredService<ContainerStore>(),
            provider.GetRequiredService<RemovePodSandbox>(),
            provider.GetRequiredService<PodsOptions>(),
            provider.GetRequiredService<ILogger<PodSandbox>>()));
        services.AddSingleton(provider => UnclaimedThings.Containers(
            provider.GetRequiredService<ContainerStore>(),
            provider.GetRequiredService<RemoveContainer>(),
            provider.GetRequiredService<PodsOptions>(),
            provider.GetRequiredService<ILogger<Container>>()));
        services.AddSingleton<RunPodSandbox>();
        services.AddSingleton<StopPodSandbox>();
        services.AddSingleton<RemovePodSandbox>();
        services.AddSingleton<UpdatePodSandboxResources>();
        services.AddSingleton<ListPodSandboxes>();
        services.AddSingleton<FindPodSandbox>();
        services.AddSingleton<CreateContainer>();
        services.AddSingleton<StartContainer>();
        services.AddSingleton<StopContainer>();
        services.AddSingleton<RemoveContainer>();
        services.AddSingleton<ListContainers>();
        services.AddSingleton<UndoUpdate>();
        services.AddSingleton<UpdateContainerResources>();
        services.AddSingleton<ReopenContainerLog>();
        services.AddSingleton<ExecSync>();
        services.AddSingleton<StreamedExec>();
        services.AddSingleton<AttachContainer>();
        services.AddSingleton<ConnectToPort>();
        services.AddSingleton<ReadContainerStats>();
        services.AddSingleton<PodNetworks>();
        services.AddSingleton<ReadPodStats>();
        services.AddSingleton<ContainerImageNames>();
        services.AddSingleton<PodEvents>();
        services.AddSingleton<ReadContainerMetrics>();
        services.AddSingleton<ReadPodMetrics>();
        services.AddSingleton<PodVerbs>();
        services.AddSingleton<NodeFacts>();
    }

    public static HandlerTable HandlersOf(DaemonOptions options) => new(
        RuntimesOf(options),
        options.DefaultRuntime,
        options.Runtimes.ToDictionary(runtime => runtime.Name, runtime => DefaultsOf(options, runtime.Rules)),
        options.Runtimes.Where(runtime => runtime.Unusable is not null).ToDictionary(runtime => runtime.Name, runtime => runtime.Unusable!));

    private static ContainerDefaults DefaultsOf(DaemonOptions options, HandlerRules rules) => new()
    {
        Environment = options.DefaultEnvironment,
        Rlimits = options.DefaultUlimits,
        Capabilities = options.DefaultCapabilities,
        AllowedAnnotations = rules.AllowedAnnotations,
        Annotations = rules.DefaultAnnotations,
        PrivilegedWithoutHostDevices = rules.PrivilegedWithoutHostDevices,
        SeccompProfile = options.SeccompProfile,
        LeastMemoryBytes = rules.LeastMemoryBytes ?? ContainerDefaults.BuiltIn.LeastMemoryBytes,
    };

    private static Dictionary<string, OciRuntimeCli> RuntimesOf(DaemonOptions options) => options.Runtimes.Where(runtime => runtime.Unusable is null).ToDictionary(
        runtime => runtime.Name,
        runtime => new OciRuntimeCli(new RuntimeHandler
        {
            Name = runtime.Name,
            Path = runtime.Path,
            Root = runtime.Root,
            SystemdCgroup = options.CgroupManager == CgroupManager.Systemd,
        })
        {
            TimeLimits = OciRuntimeTimeLimits.AtMost(options.RuntimeTimeout) with { Create = runtime.Rules.CreateTimeout },
        });

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static CgroupDriver DriverOf(DaemonOptions options) =>
        options.CgroupManager == CgroupManager.Systemd ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs;
}
