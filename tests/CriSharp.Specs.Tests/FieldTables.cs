using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

/// <summary>What the test of all fields can't find out by itself. Paths begin with "container." or "pod.".</summary>
internal static class FieldTables
{
    private const string Pods = "CriSharp.Pods/";

    /// <summary>Fields that other rooms read: the file that says the property's name.</summary>
    public static IReadOnlyDictionary<string, string> ReadElsewhere { get; } = new Dictionary<string, string>
    {
        ["container.metadata.attempt"] = Pods + "Containers/ContainerKey.cs",
        ["container.image.image"] = Pods + "Containers/CreateContainer.cs",
        ["container.image.user_specified_image"] = Pods + "Containers/ContainerImageNames.cs",
        ["container.labels"] = Pods + "Containers/DescribeContainer.cs",
        ["container.log_path"] = Pods + "Containers/CreateContainer.cs",
        ["container.stdin"] = Pods + "Containers/ContainerLaunch.cs",
        ["container.stdin_once"] = Pods + "Containers/ContainerLaunch.cs",
        ["container.linux.security_context.namespace_options.target_id"] = Pods + "Containers/ContainerSpecs.cs",
        ["container.mounts.selinux_relabel"] = Pods + "Containers/MountSources.cs",
        ["pod.metadata.attempt"] = Pods + "Sandboxes/PodSandboxKey.cs",
        ["pod.hostname"] = Pods + "Sandboxes/SandboxFiles.cs",
        ["pod.log_directory"] = Pods + "Containers/CreateContainer.cs",
        ["pod.port_mappings.protocol"] = Pods + "Sandboxes/SandboxAttachment.cs",
        ["pod.port_mappings.container_port"] = Pods + "Sandboxes/SandboxAttachment.cs",
        ["pod.port_mappings.host_port"] = Pods + "Sandboxes/SandboxAttachment.cs",
        ["pod.port_mappings.host_ip"] = Pods + "Sandboxes/SandboxAttachment.cs",
        ["pod.labels"] = Pods + "Sandboxes/DescribePodSandbox.cs",
        ["pod.linux.cgroup_parent"] = Pods + "Sandboxes/RunPodSandbox.cs",
        ["pod.linux.security_context.namespace_options.network"] = Pods + "Sandboxes/SandboxRules.cs",
        ["pod.linux.security_context.namespace_options.ipc"] = Pods + "Sandboxes/SandboxRules.cs",
    };

    /// <summary>Fields that nobody reads, and why; a path stands for all below it.</summary>
    public static IReadOnlyDictionary<string, string> Unread { get; } = new Dictionary<string, string>
    {
        ["container.image.annotations"] = "the kubelet's own notes; told back",
        ["container.image.runtime_handler"] = "images are not kept per handler",
        ["container.image.image_ref"] = "the image is named by image, which the kubelet resolves before",
        ["container.mounts.image.annotations"] = "the kubelet's own notes",
        ["container.mounts.image.user_specified_image"] = "what people call the image; image is what counts",
        ["container.mounts.image.runtime_handler"] = "images are not kept per handler",
        ["container.mounts.image.image_ref"] = "image is what counts",
        ["container.linux.security_context.namespace_options.network"] = "the pod's counts: a container can have no other",
        ["container.linux.security_context.namespace_options.ipc"] = "the pod's counts: a container can have no other",
        ["container.windows"] = "Windows",
        ["pod.linux.overhead"] = "for people and plugins: the kubelet has put it into the pod's cgroup",
        ["pod.linux.resources"] = "for people and plugins: the kubelet has put it into the pod's cgroup",
        ["pod.linux.security_context.namespace_options.target_id"] = "TARGET is refused for a pod",
        ["pod.linux.security_context.readonly_rootfs"] = "an infra container's root is always read-only",
        ["pod.linux.security_context.supplemental_groups_policy"] = "an infra container has no image whose groups could be merged",
        ["pod.windows"] = "Windows",
    };

    /// <summary>What else has to be there for a field of a container to count.</summary>
    public static IReadOnlyDictionary<string, Action<ContainerConfig>> ContainerNeeds { get; } = new Dictionary<string, Action<ContainerConfig>>
    {
        ["container.CDI_devices.name"] = config => config.CDIDevices.Add(new CDIDevice { Name = "vendor.com/class=device" }),
        ["container.linux.security_context.run_as_group.value"] = config => Security(config).RunAsUser = new Int64Value { Value = 5 },
        ["container.linux.security_context.seccomp_profile_path"] = config => Security(config).Seccomp = null,
        ["container.linux.security_context.seccomp.localhost_ref"] = config => Security(config).Seccomp = Localhost("/profile"),
        ["container.linux.security_context.apparmor.localhost_ref"] = config => Security(config).Apparmor = Localhost("loaded"),
        ["container.linux.security_context.namespace_options.userns_options.uids.container_id"] = OwnUsers,
        ["container.linux.security_context.namespace_options.userns_options.uids.host_id"] = OwnUsers,
        ["container.linux.security_context.namespace_options.userns_options.uids.length"] = OwnUsers,
        ["container.linux.security_context.namespace_options.userns_options.gids.container_id"] = OwnUsers,
        ["container.linux.security_context.namespace_options.userns_options.gids.host_id"] = OwnUsers,
        ["container.linux.security_context.namespace_options.userns_options.gids.length"] = OwnUsers,
        ["container.mounts.uidMappings.container_id"] = MappedVolume,
        ["container.mounts.uidMappings.host_id"] = MappedVolume,
        ["container.mounts.uidMappings.length"] = MappedVolume,
        ["container.mounts.gidMappings.container_id"] = MappedVolume,
        ["container.mounts.gidMappings.host_id"] = MappedVolume,
        ["container.mounts.gidMappings.length"] = MappedVolume,
    };

    /// <inheritdoc cref="ContainerNeeds"/>
    public static IReadOnlyDictionary<string, Action<PodSandboxConfig>> PodNeeds { get; } = new Dictionary<string, Action<PodSandboxConfig>>
    {
        ["pod.linux.security_context.run_as_group.value"] = config => config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 5 },
        ["pod.linux.security_context.seccomp.localhost_ref"] = config => config.Linux.SecurityContext.Seccomp = Localhost("/profile"),
        ["pod.linux.security_context.apparmor.localhost_ref"] = config => config.Linux.SecurityContext.Apparmor = Localhost("loaded"),
        ["pod.linux.security_context.namespace_options.userns_options.uids.container_id"] = OwnUsers,
        ["pod.linux.security_context.namespace_options.userns_options.uids.host_id"] = OwnUsers,
        ["pod.linux.security_context.namespace_options.userns_options.uids.length"] = OwnUsers,
        ["pod.linux.security_context.namespace_options.userns_options.gids.container_id"] = OwnUsers,
        ["pod.linux.security_context.namespace_options.userns_options.gids.host_id"] = OwnUsers,
        ["pod.linux.security_context.namespace_options.userns_options.gids.length"] = OwnUsers,
    };

    /// <summary>A user namespace of the pod's own.</summary>
    public static void OwnUsers(PodSandboxConfig config) => config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Users();

    private static void OwnUsers(ContainerConfig config) => Security(config).NamespaceOptions.UsernsOptions = Users();

    private static void MappedVolume(ContainerConfig config)
    {
        config.Mounts.Clear();
        config.Mounts.Add(new Mount { HostPath = "/volume", ContainerPath = "/volume", UidMappings = { Range() }, GidMappings = { Range() } });
    }

    private static UserNamespace Users() => new() { Mode = NamespaceMode.Pod, Uids = { Range() }, Gids = { Range() } };

    private static IDMapping Range() => new() { HostId = 100_000, Length = 65_536 };

    private static LinuxContainerSecurityContext Security(ContainerConfig config) => config.Linux.SecurityContext;

    private static SecurityProfile Localhost(string reference) => new() { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = reference };
}
