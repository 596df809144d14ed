using CriSharp.Signatures.Policies;
using CriSharp.Signatures.Sources;
using CriSharp.Specs;

namespace CriSharp.Daemon.Configuration;

/// <summary>All settings of the daemon. Flags and keys are named as CRI-O's where they mean the same, so that a crio.conf is a good start.</summary>
internal static class Settings
{
    public static readonly Setting Root = new("--root", "crio", "root", "folder of everything that must survive a reboot")
    { Takes = Accepted.Path, Usual = ["/var/lib/crisharp"] };

    public static readonly Setting RunRoot = new("--runroot", "crio", "runroot", "folder of what a reboot ends")
    { Takes = Accepted.Path, Usual = ["/run/crisharp"] };

    public static readonly Setting DiskReserve = new(
        "--disk-reserve", "crio", "disk_reserve", "room that is held under the root for state, and used when the disk is full; 0: none")
    { Takes = ByteSize.Expected, Usual = ["16MiB"] };

    public static readonly Setting Listen = new("--listen", "crio.api", "listen", "Unix socket of the CRI")
    { Takes = "an absolute path, with unix:// before it or not", UsualWords = "<runroot>/crisharp.sock" };

    public static readonly Setting StreamAddress = new("--stream-address", "crio.api", "stream_address", "IP address where exec, attach and port-forward are served")
    { Takes = "an IP address", Usual = ["127.0.0.1"] };

    public static readonly Setting StreamPort = new("--stream-port", "crio.api", "stream_port", "its port; 0: any free one")
    { Takes = "a port from 0 to 65535", Usual = ["0"] };

    public static readonly Setting StreamEnableTls = new("--stream-enable-tls", "crio.api", "stream_enable_tls", "true: it speaks TLS only")
    { Takes = Accepted.Truth, Usual = ["false"] };

    public static readonly Setting StreamTlsCert = new("--stream-tls-cert", "crio.api", "stream_tls_cert", "PEM file with its certificate and those up to its CA; renewed files are taken up")
    { Takes = Accepted.Path };

    public static readonly Setting StreamTlsKey = new("--stream-tls-key", "crio.api", "stream_tls_key", "PEM file with the certificate's key")
    { Takes = Accepted.Path };

    public static readonly Setting StreamIdleTimeout = new("--stream-idle-timeout", "crio.api", "stream_idle_timeout", "a session in which nothing is said for so long is ended")
    { Takes = Duration.Limit, Usual = ["4h"] };

    public static readonly Setting Monitor = new("--conmon", "crio.runtime", "conmon", "path of conmon-sharp")
    { Takes = Accepted.Executable, UsualWords = "beside crisharpd" };

    public static readonly Setting Pause = new("--pause", "crio.runtime", "pause", "path of the static pause program")
    { Takes = Accepted.Executable, UsualWords = "beside crisharpd" };

    public static readonly Setting DefaultRuntime = new("--default-runtime", "crio.runtime", "default_runtime", "handler of pods that name none")
    { Takes = "the name of a handler", UsualWords = "runc, else crun", IsLive = true };

    public static readonly Setting CgroupManager = new("--cgroup-manager", "crio.runtime", "cgroup_manager", "who makes the cgroups of pods and containers")
    { Takes = "cgroupfs or systemd", UsualWords = "systemd where it runs" };

    public static readonly Setting ContainerCreateTimeout = new(
        "--container-create-timeout", "crio.runtime", "container_create_timeout", "an OCI runtime that creates a container for longer is killed")
    { Takes = Duration.Limit, Usual = ["4m"] };

    public static readonly Setting RuntimeTimeout = new(
        "--runtime-timeout", "crio.runtime", "runtime_timeout", "any other call of an OCI runtime that takes longer is killed")
    { Takes = Duration.Limit, Usual = ["2m"] };

    public static readonly Setting LogLevel = new("--log-level", "crio.runtime", "log_level", "which events are written: those of this level and all above it")
    { Takes = "trace, debug, info, warn, error or fatal", Usual = ["info"], IsLive = true };

    public static readonly Setting LogFormat = new("--log-format", "crio.runtime", "log_format", "how events are written")
    { Takes = "text or json", Usual = ["text"] };

    public static readonly Setting AuditInterval = new(
        "--audit-interval", "crio.runtime", "audit_interval", "how often leftovers are looked for and removed in the background; 0s: never")
    { Takes = Duration.Expected, Usual = ["5m"] };

    public static readonly Setting CniConfigDirectory = new("--cni-config-dir", "crio.network", "network_dir", "folder of CNI configurations")
    { Takes = Accepted.Path, Usual = ["/etc/cni/net.d"] };

    public static readonly Setting CniDefaultNetwork = new(
        "--cni-default-network", "crio.network", "cni_default_network", "name of the network that pods are attached to, as its configuration says it")
    { Takes = "the name of a network", UsualWords = "that of the first valid configuration, by the files' names" };

    public static readonly Setting CniPluginTimeout = new("--cni-plugin-timeout", "crio.network", "cni_plugin_timeout", "one run of one CNI plugin; it is killed afterwards")
    { Takes = Duration.AboveZero, Usual = ["1m"] };

    public static readonly Setting CniAddTimeout = new(
        "--cni-add-timeout", "crio.network", "cni_add_timeout", "all CNI plugins together that attach or detach a pod")
    { Takes = Duration.AboveZero, Usual = ["2m"] };

    public static readonly Setting CniDelTimeout = new(
        "--cni-del-timeout", "crio.network", "cni_del_timeout", "how long the stop of a pod waits for the CNI plugins; then they go on behind it")
    { Takes = Duration.AboveZero, Usual = ["30s"] };

    public static readonly Setting PullProgressTimeout = new(
        "--pull-progress-timeout", "crio.image", "pull_progress_timeout", "a pull that gets no byte for so long fails; 0s: never")
    { Takes = Duration.Expected, Usual = ["5m"] };

    public static readonly Setting PullDiskFloor = new(
        "--pull-disk-floor", "crio.image", "pull_disk_floor", "what pulls leave free under the root, such as 512MiB; 0: nothing")
    { Takes = $"{ByteSize.Auto} or {ByteSize.Expected}", Usual = [ByteSize.Auto], UsualWords = "auto: the larger of 256MiB and 1 % of the file system" };

    public static readonly Setting UnclaimedTimeout = new(
        "--unclaimed-timeout", "crio.runtime", "unclaimed_timeout", "how long a pod or container whose caller has gone is kept for its retry")
    { Takes = Duration.Expected, Usual = ["5m"] };

    public static readonly Setting AppArmorProfile = new(
        "--apparmor-profile", "crio.runtime", "apparmor_profile", "AppArmor profile that RuntimeDefault stands for; the default one is loaded by the daemon, any other has to be there")
    { Takes = "the name of a profile", Usual = [DefaultAppArmor.ProfileName], IsLive = true };

    public static readonly Setting Runtimes = new(
        "--runtimes", "crio.runtime", null, "a handler as NAME:PATH:ROOT; ROOT may be left out", Repeatable: true)
    { Takes = "NAME:PATH or NAME:PATH:ROOT", UsualWords = "<runroot>/runtime/NAME", IsLive = true };

    public static readonly Setting CniPluginDirectories = new(
        "--cni-plugin-dir", "crio.network", "plugin_dirs", "folder of CNI plugins", Repeatable: true)
    { Takes = Accepted.Path, Usual = ["/opt/cni/bin", "/usr/lib/cni"] };

    public static readonly Setting CdiSpecDirectories = new(
        "--cdi-spec-dirs", "crio.runtime", "cdi_spec_dirs", "folder of CDI specification files; a later one goes before an earlier", Repeatable: true)
    { Takes = Accepted.Path, Usual = ["/etc/cdi", "/var/run/cdi"], IsLive = true };

    public static readonly Setting DeviceOwnershipFromSecurityContext = new(
        "--device-ownership-from-security-context", "crio.runtime", "device_ownership_from_security_context",
        "true: devices belong to the container's run_as_user and run_as_group")
    { Takes = Accepted.Truth, Usual = ["false"] };

    public static readonly Setting DefaultEnv = new(
        "--default-env", "crio.runtime", "default_env", "NAME=VALUE for every container; its image and pod go before it", Repeatable: true)
    { Takes = "NAME=VALUE", IsLive = true };

    public static readonly Setting DefaultUlimits = new(
        "--default-ulimits", "crio.runtime", "default_ulimits", "a limit of every container's processes, such as nofile=1024:2048", Repeatable: true)
    { Takes = UlimitText.Expected, UsualWords = "those of crisharpd", IsLive = true };

    public static readonly Setting DefaultCapabilities = new(
        "--default-capabilities", "crio.runtime", "default_capabilities", "what every container has before its pod adds and drops, such as CHOWN", Repeatable: true)
    { Takes = "the name of a capability, such as CHOWN", Usual = ContainerDefaults.BuiltIn.Capabilities, UsualWords = "nine of them", IsLive = true };

    public static readonly Setting InsecureRegistries = new(
        "--insecure-registry", "crio.image", "insecure_registries", "HOST or HOST:PORT that may be spoken to without TLS", Repeatable: true)
    { Takes = "HOST or HOST:PORT", IsLive = true };

    public static readonly Setting RegistryCertDirectories = new(
        "--registry-cert-dir", "crio.image", "registry_cert_dirs", "folder with CAs by registry", Repeatable: true)
    { Takes = Accepted.Path, Usual = ["/etc/containers/certs.d", "/etc/docker/certs.d"] };

    public static readonly Setting RegistriesConf = new(
        "--registries-conf", "crio.image", "registries_conf", "file that names mirrors of registries and blocked ones; with FILE.d")
    { Takes = Accepted.Path, UsualWords = "$CONTAINERS_REGISTRIES_CONF, else /etc/containers/registries.conf" };

    public static readonly Setting IncludedPodMetrics = new(
        "--included-pod-metrics", "crio.stats", "included_pod_metrics",
        "figures of ListPodSandboxMetrics: all, or some of cpu, disk, diskIO, hugetlb, memory, network, oom, pressure, process, spec", Repeatable: true)
    { Takes = PodMetricGroupWords.Expected, Usual = ["all"] };

    public static readonly Setting ImageStore = new(
        "--imagestore", "crio", "imagestore", "folder of images and their layers, on a disk of its own; what containers write stays under the root")
    { Takes = Accepted.Path, UsualWords = "<root>" };

    public static readonly Setting PinnedImages = new(
        "--pinned-images", "crio.image", "pinned_images",
        "images that the kubelet shall not remove: a name, the beginning of one with a * behind it, or a part of one between two *", Repeatable: true)
    { Takes = "a name, the beginning of one and *, or a part between two *", IsLive = true };

    public static readonly Setting ShortNameMode = new(
        "--short-name-mode", "crio.image", "short_name_mode", "image names without a registry: enforcing, permissive or disabled")
    { Takes = "enforcing, permissive or disabled", UsualWords = "what registries.conf says, else enforcing" };

    public static readonly Setting GlobalAuthFile = new(
        "--global-auth-file", "crio.image", "global_auth_file", "auth.json that is asked before those of podman and docker for credentials that a pull does not bring")
    { Takes = Accepted.Path };

    public static readonly Setting NamespacedAuthDirectory = new(
        "--namespaced-auth-dir", "crio.image", "namespaced_auth_dir", "folder of auth files NAMESPACE-SHA256.json, each for one pull")
    { Takes = Accepted.Path, Usual = ["/etc/crio/auth"] };

    public static readonly Setting SignaturePolicy = new(
        "--signature-policy", "crio.image", "signature_policy", "file that says which images must be signed by whom")
    { Takes = Accepted.Path, Usual = [PolicyFiles.UsualPath], IsLive = true };

    public static readonly Setting SignaturePolicyDirectory = new(
        "--signature-policy-dir", "crio.image", "signature_policy_dir", "folder of NAMESPACE.json, policies for pods of that namespace in place of the one for all")
    { Takes = Accepted.Path, Usual = [PolicyFiles.UsualNamespaceFolder], IsLive = true };

    public static readonly Setting RegistriesDirectory = new(
        "--registries-dir", "crio.image", "registries_dir", "folder of *.yaml that say where signatures of images lie")
    { Takes = Accepted.Path, Usual = [SignatureSources.UsualFolder], IsLive = true };

    public static readonly Setting SeccompProfile = new(
        "--seccomp-profile", "crio.runtime", "seccomp_profile", "file with the seccomp profile that RuntimeDefault stands for, in the OCI form or in Docker's")
    { Takes = Accepted.Path, UsualWords = "the built-in one", IsLive = true };

    public static readonly Setting AdminGroup = new(
        "--admin-group", "crio.api", "admin_group", "group whose members may read the pages of the admin socket; what changes something stays root's")
    { Takes = "the name or number of a group of this host", UsualWords = "none" };

    public static readonly Setting EnableMetrics = new("--enable-metrics", "crio.metrics", "enable_metrics", "true: Prometheus finds /metrics on a TCP port, too")
    { Takes = Accepted.Truth, Usual = ["false"] };

    public static readonly Setting MetricsHost = new("--metrics-host", "crio.metrics", "metrics_host", "IP address of that port")
    { Takes = "an IP address", Usual = ["127.0.0.1"] };

    public static readonly Setting MetricsPort = new("--metrics-port", "crio.metrics", "metrics_port", "its number; 0: any free one, which the log tells")
    { Takes = "a port from 0 to 65535", Usual = ["9090"] };

    public static readonly Setting MetricsCert = new(
        "--metrics-cert", "crio.metrics", "metrics_cert", "PEM file with its certificate and those up to its CA: it speaks TLS only then; renewed files are taken up")
    { Takes = Accepted.Path };

    public static readonly Setting MetricsKey = new("--metrics-key", "crio.metrics", "metrics_key", "PEM file with the certificate's key")
    { Takes = Accepted.Path };

    public static readonly Setting EnableTracing = new("--enable-tracing", "crio.tracing", "enable_tracing", "true: spans are sent to a collector of OpenTelemetry's")
    { Takes = Accepted.Truth, Usual = ["false"] };

    public static readonly Setting TracingEndpoint = new("--tracing-endpoint", "crio.tracing", "tracing_endpoint", "the collector, OTLP over gRPC without TLS")
    { Takes = "HOST:PORT", Usual = ["127.0.0.1:4317"] };

    public static readonly Setting TracingRate = new(
        "--tracing-sampling-rate-per-million", "crio.tracing", "tracing_sampling_rate_per_million",
        "how many of a million calls are traced whose callers do not say whether they should be; 0: none")
    { Takes = "a number from 0 to 1000000", Usual = ["0"] };

    public static readonly IReadOnlyList<Setting> All =
    [
        Root, RunRoot, DiskReserve, Listen, StreamAddress, StreamPort, StreamEnableTls, StreamTlsCert, StreamTlsKey, StreamIdleTimeout, Monitor, Pause, DefaultRuntime, Runtimes, CgroupManager,
        ContainerCreateTimeout, RuntimeTimeout, LogLevel, LogFormat, AuditInterval, CniConfigDirectory, CniDefaultNetwork, CniPluginDirectories,
        CniPluginTimeout, CniAddTimeout, CniDelTimeout, InsecureRegistries, RegistryCertDirectories, PullProgressTimeout, PullDiskFloor, UnclaimedTimeout,
        RegistriesConf, AppArmorProfile, CdiSpecDirectories, DeviceOwnershipFromSecurityContext,
        DefaultEnv, DefaultUlimits, DefaultCapabilities, IncludedPodMetrics,
        ShortNameMode, GlobalAuthFile, NamespacedAuthDirectory,
        SignaturePolicy, SignaturePolicyDirectory, RegistriesDirectory,
        ImageStore, PinnedImages,
        SeccompProfile, AdminGroup,
        EnableMetrics, MetricsHost, MetricsPort, MetricsCert, MetricsKey, EnableTracing, TracingEndpoint, TracingRate,
    ];
}
