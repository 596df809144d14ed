using CriSharp.Cri.V1;
using CriSharp.Oci;
using Google.Protobuf;

namespace CriSharp.Specs.Tests;

/// <summary>Requests as a kubelet sends them, and the facts of a usual node.</summary>
internal static class Requests
{
    public static readonly string[] DockerCapabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    public static HostFacts Host { get; } = new()
    {
        BoundingCapabilities = new HashSet<string>([.. DockerCapabilities, "CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE"]),
        CgroupVersion = CgroupVersion.V2,
        HasHugetlb = true,
        HugepageSizes = ["1GB", "2MB"],
        HasSwapAccounting = true,
        SupportsRecursiveReadOnly = true,
        Devices =
        [
            new HostDevice("/dev/fuse", 'c', 10, 229, 0x1b6, 0, 0),
            new HostDevice("/dev/console", 'c', 5, 1, 0x180, 0, 0),
            new HostDevice("/dev/sda", 'b', 8, 0, 0x1b0, 0, 6),
            new HostDevice("/dev/pts/0", 'c', 136, 0, 0x190, 0, 5),
        ],
    };

    public static PodNamespaces Namespaces { get; } = new()
    {
        Network = NamespaceChoice.Join("/run/crisharp/sandboxes/s/ns/net"),
        Ipc = NamespaceChoice.Join("/run/crisharp/sandboxes/s/ns/ipc"),
        Uts = NamespaceChoice.Join("/run/crisharp/sandboxes/s/ns/uts"),
    };

    public static PodNamespaces HostNamespaces { get; } = new()
    {
        Network = NamespaceChoice.Host,
        Ipc = NamespaceChoice.Host,
        Uts = NamespaceChoice.Host,
    };

    /// <summary>A container of a plain pod, recorded from a kubelet and shortened.</summary>
    public static ContainerSpecInput Plain() => new()
    {
        ContainerId = new string('c', 64),
        SandboxId = new string('5', 64),
        Config = PlainConfig(),
        Sandbox = PlainSandbox(),
        Image = new ImageConfig
        {
            Env = ["PATH=/usr/local/bin:/bin", "LANG=C"],
            Entrypoint = ["/entry"],
            Cmd = ["serve"],
            WorkingDir = "/srv",
        },
        User = ResolvedUser.Root,
        Host = Host,
        Namespaces = Namespaces,
        Files = new PodFiles
        {
            HostnamePath = "/run/crisharp/sandboxes/s/hostname",
            ResolvConfPath = "/run/crisharp/sandboxes/s/resolv.conf",
            ShmPath = "/run/crisharp/sandboxes/s/shm",
        },
        RootFsPath = "rootfs",
        CgroupsPath = "/kubepods/burstable/pod-u/" + new string('c', 64),
        Hostname = "web-0",
    };

    public static ContainerConfig PlainConfig() => new()
    {
        Metadata = new ContainerMetadata { Name = "web" },
        Image = new ImageSpec { Image = "sha256:" + new string('1', 64), UserSpecifiedImage = "registry/web:1" },
        Envs =
        {
            new KeyValue { Key = "GREETING", Value = ByteString.CopyFromUtf8("grüß \"dich\"\n") },
            new KeyValue { Key = "LANG", Value = ByteString.CopyFromUtf8("C.UTF-8") },
            new KeyValue { Key = "KUBERNETES_SERVICE_HOST", Value = ByteString.CopyFromUtf8("10.96.0.1") },
        },
        Mounts =
        {
            new Mount { ContainerPath = "/var/run/secrets/kubernetes.io/serviceaccount", HostPath = "/var/lib/kubelet/pods/u/volumes/token", Readonly = true },
            new Mount { ContainerPath = "/etc/hosts", HostPath = "/var/lib/kubelet/pods/u/etc-hosts" },
            new Mount { ContainerPath = "/dev/termination-log", HostPath = "/var/lib/kubelet/pods/u/containers/web/1" },
        },
        Annotations = { ["io.kubernetes.container.hash"] = "c0ffee", ["run.oci.keep_original_groups"] = "1" },
        Linux = new LinuxContainerConfig
        {
            Resources = new LinuxContainerResources
            {
                CpuShares = 256,
                CpuQuota = 50000,
                CpuPeriod = 100000,
                MemoryLimitInBytes = 128 << 20,
                MemorySwapLimitInBytes = 128 << 20,
                OomScoreAdj = 968,
                HugepageLimits = { new HugepageLimit { PageSize = "2MB" }, new HugepageLimit { PageSize = "1GB" } },
                Unified = { ["memory.high"] = "120000000", ["memory.oom.group"] = "1" },
            },
            SecurityContext = new LinuxContainerSecurityContext
            {
                NamespaceOptions = new NamespaceOption { Pid = NamespaceMode.Container },
                Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined },
                MaskedPaths = { "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware" },
                ReadonlyPaths = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" },
            },
        },
    };

    public static PodSandboxConfig PlainSandbox() => new()
    {
        Metadata = new PodSandboxMetadata { Name = "web-0", Namespace = "shop", Uid = "0fa1d3c2" },
        Hostname = "web-0",
        Annotations = { ["org.systemd.property.KillSignal"] = "9" },
        Linux = new LinuxPodSandboxConfig
        {
            SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = new NamespaceOption { Pid = NamespaceMode.Container } },
        },
    };

    /// <summary>The plain container with its config changed.</summary>
    public static ContainerSpecInput With(Action<ContainerConfig> change)
    {
        var input = Plain();
        change(input.Config);
        return input;
    }

    public static ContainerSpecInput WithSecurity(Action<LinuxContainerSecurityContext> change) =>
        With(config => change(config.Linux.SecurityContext));

    public static ContainerSpecInput Privileged()
    {
        var input = WithSecurity(security => security.Privileged = true);
        input.Sandbox.Linux.SecurityContext.Privileged = true;
        return input;
    }

    public static SandboxSpecInput Infra() => new()
    {
        SandboxId = new string('5', 64),
        Config = PlainSandbox(),
        Host = Host,
        Namespaces = Namespaces,
        RootFsPath = "/usr/libexec/crisharp/pause",
        CgroupsPath = "/kubepods/burstable/pod-u/" + new string('5', 64),
    };
}
