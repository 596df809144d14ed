namespace CriSharp.Daemon.Configuration;

/// <summary>All settings of the daemon. Flags and keys are named as CRI-O's where they mean the same, so that a crio.conf is a good start.</summary>
internal static class Settings
{
    public static readonly Setting Root = new("--root", "crio", "root", "folder of everything that must survive a reboot [/var/lib/crisharp]");
    public static readonly Setting RunRoot = new("--runroot", "crio", "runroot", "folder of what a reboot ends [/run/crisharp]");
    public static readonly Setting DiskReserve = new(
        "--disk-reserve", "crio", "disk_reserve", "room that is held under the root for state, and used when the disk is full; 0: none [16MiB]");

    public static readonly Setting Listen = new("--listen", "crio.api", "listen", "Unix socket of the CRI [<runroot>/crisharp.sock]");
    public static readonly Setting StreamAddress = new("--stream-address", "crio.api", "stream_address", "IP address where exec, attach and port-forward are served [127.0.0.1]");
    public static readonly Setting StreamPort = new("--stream-port", "crio.api", "stream_port", "its port; 0: any free one [0]");
    public static readonly Setting StreamEnableTls = new("--stream-enable-tls", "crio.api", "stream_enable_tls", "true: it speaks TLS only [false]");
    public static readonly Setting StreamTlsCert = new("--stream-tls-cert", "crio.api", "stream_tls_cert", "PEM file with its certificate and those up to its CA; renewed files are taken up");
    public static readonly Setting StreamTlsKey = new("--stream-tls-key", "crio.api", "stream_tls_key", "PEM file with the certificate's key");
    public static readonly Setting StreamIdleTimeout = new("--stream-idle-timeout", "crio.api", "stream_idle_timeout", "a session in which nothing is said for so long is ended [4h]");
    public static readonly Setting Monitor = new("--conmon", "crio.runtime", "conmon", "path of conmon-sharp [beside crisharpd]");
    public static readonly Setting Pause = new("--pause", "crio.runtime", "pause", "path of the static pause program [beside crisharpd]");
    public static readonly Setting DefaultRuntime = new("--default-runtime", "crio.runtime", "default_runtime", "handler of pods that name none [runc, else crun]");
    public static readonly Setting CgroupManager = new("--cgroup-manager", "crio.runtime", "cgroup_manager", "cgroupfs or systemd [systemd where it runs]");
    public static readonly Setting ContainerCreateTimeout = new(
        "--container-create-timeout", "crio.runtime", "container_create_timeout", "an OCI runtime that creates a container for longer is killed [4m]");

    public static readonly Setting RuntimeTimeout = new(
        "--runtime-timeout", "crio.runtime", "runtime_timeout", "any other call of an OCI runtime that takes longer is killed [2m]");

    public static readonly Setting LogLevel = new("--log-level", "crio.runtime", "log_level", "trace, debug, info, warn, error or fatal [info]");
    public static readonly Setting LogFormat = new("--log-format", "crio.runtime", "log_format", "text or json [text]");
    public static readonly Setting AuditInterval = new(
        "--audit-interval", "crio.runtime", "audit_interval", "how often leftovers are looked for and removed in the background; 0s: never [5m]");

    public static readonly Setting CniConfigDirectory = new("--cni-config-dir", "crio.network", "network_dir", "folder of CNI configurations [/etc/cni/net.d]");
    public static readonly Setting CniPluginTimeout = new("--cni-plugin-timeout", "crio.network", "cni_plugin_timeout", "one run of one CNI plugin; it is killed afterwards [1m]");
    public static readonly Setting CniAddTimeout = new(
        "--cni-add-timeout", "crio.network", "cni_add_timeout", "all CNI plugins together that attach or detach a pod [2m]");

    public static readonly Setting CniDelTimeout = new(
        "--cni-del-timeout", "crio.network", "cni_del_timeout", "how long the stop of a pod waits for the CNI plugins; then they go on behind it [30s]");

    public static readonly Setting PullProgressTimeout = new(
        "--pull-progress-timeout", "crio.image", "pull_progress_timeout", "a pull that gets no byte for so long fails; 0s: never [5m]");

    public static readonly Setting PullDiskFloor = new(
        "--pull-disk-floor", "crio.image", "pull_disk_floor", "what pulls leave free under the root, such as 512MiB; 0: nothing [auto: the larger of 256MiB and 1 % of the file system]");

    public static readonly Setting UnclaimedTimeout = new(
        "--unclaimed-timeout", "crio.runtime", "unclaimed_timeout", "how long a pod or container whose caller has gone is kept for its retry [5m]");

    public static readonly Setting AppArmorProfile = new(
        "--apparmor-profile", "crio.runtime", "apparmor_profile", "AppArmor profile that RuntimeDefault stands for; the default one is loaded by the daemon, any other has to be there [crisharp-default]");

    public static readonly Setting Runtimes = new(
        "--runtimes", "crio.runtime", null, "a handler as NAME:PATH:ROOT; ROOT may be left out [<runroot>/runtime/NAME]", Repeatable: true);

    public static readonly Setting CniPluginDirectories = new(
        "--cni-plugin-dir", "crio.network", "plugin_dirs", "folder of CNI plugins [/opt/cni/bin and /usr/lib/cni]", Repeatable: true);

    public static readonly Setting CdiSpecDirectories = new(
        "--cdi-spec-dirs", "crio.runtime", "cdi_spec_dirs", "folder of CDI specification files; a later one goes before an earlier [/etc/cdi and /var/run/cdi]", Repeatable: true);

    public static readonly Setting DeviceOwnershipFromSecurityContext = new(
        "--device-ownership-from-security-context", "crio.runtime", "device_ownership_from_security_context",
        "true: devices belong to the container's run_as_user and run_as_group [false]");

    public static readonly Setting DefaultEnv = new(
        "--default-env", "crio.runtime", "default_env", "NAME=VALUE for every container; its image and pod go before it", Repeatable: true);

    public static readonly Setting DefaultUlimits = new(
        "--default-ulimits", "crio.runtime", "default_ulimits", "a limit of every container's processes, such as nofile=1024:2048 [those of crisharpd]", Repeatable: true);

    public static readonly Setting DefaultCapabilities = new(
        "--default-capabilities", "crio.runtime", "default_capabilities", "what every container has before its pod adds and drops, such as CHOWN [nine of them]", Repeatable: true);

    public static readonly Setting InsecureRegistries = new(
        "--insecure-registry", "crio.image", "insecure_registries", "HOST or HOST:PORT that may be spoken to without TLS", Repeatable: true);

    public static readonly Setting RegistryCertDirectories = new(
        "--registry-cert-dir", "crio.image", "registry_cert_dirs", "folder with CAs by registry [/etc/containers/certs.d, /etc/docker/certs.d]", Repeatable: true);

    public static readonly Setting RegistriesConf = new(
        "--registries-conf", "crio.image", "registries_conf", "file that names mirrors of registries and blocked ones; with FILE.d [/etc/containers/registries.conf]");

    public static readonly Setting IncludedPodMetrics = new(
        "--included-pod-metrics", "crio.stats", "included_pod_metrics",
        "figures of ListPodSandboxMetrics: all, or some of cpu, disk, diskIO, hugetlb, memory, network, oom, pressure, process, spec [all]", Repeatable: true);

    public static readonly Setting ImageStore = new(
        "--imagestore", "crio", "imagestore", "folder of images and their layers, on a disk of its own; what containers write stays under the root [<root>]");

    public static readonly Setting PinnedImages = new(
        "--pinned-images", "crio.image", "pinned_images",
        "images that the kubelet shall not remove: a name, the beginning of one with a * behind it, or a part of one between two *; SIGHUP takes changes up", Repeatable: true);

    public static readonly Setting ShortNameMode = new(
        "--short-name-mode", "crio.image", "short_name_mode", "image names without a registry: enforcing, permissive or disabled [what registries.conf says, else enforcing]");

    public static readonly Setting GlobalAuthFile = new(
        "--global-auth-file", "crio.image", "global_auth_file", "auth.json that is asked before those of podman and docker for credentials that a pull does not bring");

    public static readonly Setting NamespacedAuthDirectory = new(
        "--namespaced-auth-dir", "crio.image", "namespaced_auth_dir", "folder of auth files NAMESPACE-SHA256.json, each for one pull [/etc/crio/auth]");

    public static readonly Setting SignaturePolicy = new(
        "--signature-policy", "crio.image", "signature_policy", "file that says which images must be signed by whom [/etc/containers/policy.json]");

    public static readonly Setting SignaturePolicyDirectory = new(
        "--signature-policy-dir", "crio.image", "signature_policy_dir", "folder of NAMESPACE.json, policies for pods of that namespace in place of the one for all [/etc/crisharp/policies]");

    public static readonly Setting RegistriesDirectory = new(
        "--registries-dir", "crio.image", "registries_dir", "folder of *.yaml that say where signatures of images lie [/etc/containers/registries.d]");

    public static readonly Setting EnableMetrics = new("--enable-metrics", "crio.metrics", "enable_metrics", "true: Prometheus finds /metrics on a TCP port, too [false]");
    public static readonly Setting MetricsHost = new("--metrics-host", "crio.metrics", "metrics_host", "IP address of that port [127.0.0.1]");
    public static readonly Setting MetricsPort = new("--metrics-port", "crio.metrics", "metrics_port", "its number; 0: any free one, which the log tells [9090]");
    public static readonly Setting MetricsCert = new(
        "--metrics-cert", "crio.metrics", "metrics_cert", "PEM file with its certificate and those up to its CA: it speaks TLS only then; renewed files are taken up");

    public static readonly Setting MetricsKey = new("--metrics-key", "crio.metrics", "metrics_key", "PEM file with the certificate's key");
    public static readonly Setting EnableTracing = new("--enable-tracing", "crio.tracing", "enable_tracing", "true: spans are sent to a collector of OpenTelemetry's [false]");
    public static readonly Setting TracingEndpoint = new("--tracing-endpoint", "crio.tracing", "tracing_endpoint", "HOST:PORT of the collector, OTLP over gRPC without TLS [127.0.0.1:4317]");
    public static readonly Setting TracingRate = new(
        "--tracing-sampling-rate-per-million", "crio.tracing", "tracing_sampling_rate_per_million",
        "how many of a million calls are traced whose callers do not say whether they should be; 0: none [0]");

    public static readonly IReadOnlyList<Setting> All =
    [
        Root, RunRoot, DiskReserve, Listen, StreamAddress, StreamPort, StreamEnableTls, StreamTlsCert, StreamTlsKey, StreamIdleTimeout, Monitor, Pause, DefaultRuntime, Runtimes, CgroupManager,
        ContainerCreateTimeout, RuntimeTimeout, LogLevel, LogFormat, AuditInterval, CniConfigDirectory, CniPluginDirectories, CniPluginTimeout,
        CniAddTimeout, CniDelTimeout, InsecureRegistries, RegistryCertDirectories, PullProgressTimeout, PullDiskFloor, UnclaimedTimeout,
        RegistriesConf, AppArmorProfile, CdiSpecDirectories, DeviceOwnershipFromSecurityContext,
        DefaultEnv, DefaultUlimits, DefaultCapabilities, IncludedPodMetrics,
        ShortNameMode, GlobalAuthFile, NamespacedAuthDirectory,
        SignaturePolicy, SignaturePolicyDirectory, RegistriesDirectory,
        ImageStore, PinnedImages,
        EnableMetrics, MetricsHost, MetricsPort, MetricsCert, MetricsKey, EnableTracing, TracingEndpoint, TracingRate,
    ];
}
