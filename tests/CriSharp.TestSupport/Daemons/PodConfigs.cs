using CriSharp.Cri.V1;

namespace CriSharp.TestSupport.Daemons;

/// <summary>Configurations of pods and containers as a kubelet sends them for plain pods.</summary>
public static class PodConfigs
{
    /// <param name="podLogs">Parent of the pod's log folder.</param>
    public static PodSandboxConfig Pod(string cgroupParent, string podLogs, string? name = null)
    {
        var uid = Guid.NewGuid().ToString();
        name ??= $"pod-{uid[..8]}";
        return new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = name, Namespace = "tests", Uid = uid },
            Hostname = name,
            LogDirectory = Path.Combine(podLogs, $"tests_{name}_{uid}"),
            DnsConfig = new DNSConfig(),
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = cgroupParent,
                SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = OwnNamespaces() },
            },
        };
    }

    /// <param name="image">As PullImage returned it: the image's id.</param>
    public static ContainerConfig Container(string image, params string[] command) => new()
    {
        Metadata = new ContainerMetadata { Name = "main" },
        Image = new ImageSpec { Image = image },
        Command = { command },
        LogPath = "main/0.log",
        Linux = new LinuxContainerConfig
        {
            Resources = new LinuxContainerResources(),
            SecurityContext = new LinuxContainerSecurityContext { NamespaceOptions = OwnNamespaces() },
        },
    };

    /// <summary>One that runs until it is told to end, and then ends at once.</summary>
    public static ContainerConfig Sleeper(string image) => Container(image, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");

    /// <summary>The kubelet's choice for a pod without shareProcessNamespace.</summary>
    public static NamespaceOption OwnNamespaces() => new() { Network = NamespaceMode.Pod, Pid = NamespaceMode.Container, Ipc = NamespaceMode.Pod };
}
