namespace CriSharp.Daemon.Configuration;

/// <summary>
/// Keys of a crio.conf that mean nothing here, each with the reason. They are accepted, so that a crio.conf can be tried as it is, and named. What is a
/// setting of ours goes before this table. https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md
/// </summary>
internal static class CrioKeys
{
    private const string Workloads = "crio.runtime.workloads.";

    private static readonly (string Table, string Keys, string Reason)[] Groups =
    [
        ("crio", "storage_driver storage_option", "layers are kept by overlayfs in a form of crisharpd's own, without options"),
        ("crio", "log_dir", "the kubelet tells each pod's log folder"),
        ("crio", "version_file version_file_persist", "a reboot is told by the kernel's boot id, another release by the root's own layout"),
        ("crio", "internal_wipe", "what an earlier boot has left is always removed"),
        ("crio", "internal_repair clean_shutdown_file", "what is recorded is durable and checked when it is read; crisharpd check --repair looks at images as a whole"),
        ("crio.api", "stream_tls_ca", "a client of the streaming server is known by the secret in its URL, not by a certificate"),
        ("crio.api", "tls_min_version tls_cipher_suites", "what OpenSSL takes on this host counts"),
        ("crio.api", "grpc_max_send_msg_size grpc_max_recv_msg_size", "a request may have 16 MiB, an answer 80 MiB"),
        ("crio.runtime", "no_pivot", "a container always gets its root by pivot_root: out of another it could get"),
        ("crio.runtime", "decryption_keys_path", "encrypted images can't be read"),
        ("crio.runtime", "additional_artifact_stores", "artifacts lie with the images"),
        ("crio.runtime", "conmon_cgroup conmon_env", "monitors have a cgroup and an environment of their own, which the daemon makes"),
        ("crio.runtime", "min_injected_gomaxprocs", "no GOMAXPROCS is given to containers"),
        ("crio.runtime", "selinux hostnetwork_disable_selinux", "labels are given wherever the kernel runs with SELinux"),
        ("crio.runtime", "privileged_seccomp_profile", "privileged containers have no filter of system calls"),
        ("crio.runtime", "blockio_config_file blockio_reload rdt_config_file", "classes of block I/O and of cache are not supported"),
        ("crio.runtime", "irqbalance_config_file irqbalance_config_restore_file shared_cpuset infra_ctr_cpuset", "processors are not set apart for single containers"),
        ("crio.runtime", "add_inheritable_capabilities", "inheritable capabilities are always empty (CVE-2022-27652)"),
        ("crio.runtime", "default_sysctls", "only a pod's own sysctls are set"),
        ("crio.runtime", "allowed_devices additional_devices", "devices come by the pod or by CDI"),
        ("crio.runtime", "hooks_dir", "OCI hooks of the host are not run"),
        ("crio.runtime", "default_mounts default_mounts_file", "mounts come by the pod, its image or CDI"),
        ("crio.runtime", "pids_limit", "the kubelet limits processes (podPidsLimit)"),
        ("crio.runtime", "log_filter", "events are chosen by log_level alone"),
        ("crio.runtime", "log_size_max log_to_journald", "logs of containers are files that the kubelet rotates"),
        ("crio.runtime", "container_exits_dir container_attach_socket_dir namespaces_dir", "such files lie under the runroot"),
        ("crio.runtime", "bind_mount_prefix", "sources of mounts are taken as they are"),
        ("crio.runtime", "read_only", "a pod says which of its containers have a read-only root"),
        ("crio.runtime", "uid_mappings gid_mappings minimum_mappable_uid minimum_mappable_gid", "pods ask for user namespaces (hostUsers: false), and the kubelet chooses their ids"),
        ("crio.runtime", "ctr_stop_timeout", "each stop tells its own time of grace"),
        ("crio.runtime", "drop_infra_ctr pinns_path", "the daemon pins namespaces itself; a pause container is there only where a pod shares its processes"),
        ("crio.runtime", "absent_mount_sources_to_reject", "a mount whose source is not there is always refused"),
        ("crio.runtime", "enable_criu_support", "there are no checkpoints yet"),
        ("crio.runtime", "enable_pod_events", "events are told to whoever listens"),
        ("crio.runtime", "disable_hostport_mapping", "the CNI plugin portmap maps ports of the host"),
        ("crio.runtime", "timezone", "a container has the time zone of its image"),
        ("crio.checkpoint_restore", "container_level_enabled", "there are no checkpoints yet"),
        ("crio.image", "default_transport", "images come from registries (docker://) and by crisharpctl load"),
        ("crio.image", "pause_image pause_image_auth_file pause_command", "the pause program is installed with crisharpd, no image is pulled for it"),
        ("crio.image", "image_volumes", "volumes that an image declares are folders of its container's own"),
        ("crio.image", "big_files_temporary_dir", "layers are unpacked as they come, under the root"),
        ("crio.image", "separate_pull_cgroup", "pulls count for the daemon"),
        ("crio.image", "auto_reload_registries", "files of registries always count as they are at the next pull"),
        ("crio.image", "oci_artifact_mount_support", "artifacts can always be mounted"),
        ("crio.network", "plugin_dir", "plugin_dirs has taken its place"),
        ("crio.network", "cni_status_grace_period", "a network is ready when its plugins say so"),
        ("crio.metrics", "metrics_collectors metrics_socket", "the page has all metrics, and is on the admin socket in any case"),
        ("crio.stats", "stats_collection_period collection_period", "figures are read when they are asked for"),
        ("crio.nri", "enable_nri nri_plugin_dir nri_plugin_config_dir nri_listen nri_disable_connections nri_plugin_registration_timeout nri_plugin_request_timeout", "NRI is not supported yet"),
        ("crio.nri.default_validator",
            "nri_enable_default_validator nri_validator_reject_oci_hook_adjustment nri_validator_reject_runtime_default_seccomp_adjustment "
            + "nri_validator_reject_unconfined_seccomp_adjustment nri_validator_reject_custom_seccomp_adjustment nri_validator_reject_namespace_adjustment "
            + "nri_validator_required_plugins nri_validator_tolerate_missing_plugins_annotation", "NRI is not supported yet"),
    ];

    private static readonly Dictionary<string, string> Reasons =
        Groups.SelectMany(group => group.Keys.Split(' ').Select(key => (Path: $"{group.Table}.{key}", group.Reason))).ToDictionary(key => key.Path, key => key.Reason, StringComparer.Ordinal);

    /// <summary>Those of handlers' tables are <see cref="RuntimeTableReader"/>'s.</summary>
    public static IReadOnlyCollection<string> All => Reasons.Keys;

    /// <returns>Why it means nothing. Null: CRI-O has no such key either.</returns>
    public static string? ReasonOf(string path) => path.StartsWith(Workloads, StringComparison.Ordinal)
        ? "workloads are not supported: limits are the pod's own"
        : Reasons.GetValueOrDefault(path);

    public static bool IsTable(string path) =>
        path + "." == Workloads || path.StartsWith(Workloads, StringComparison.Ordinal) || Groups.Any(group => group.Table == path);
}

/// <summary>A key that CRI-O has and that means nothing here.</summary>
/// <param name="Place">"FILE:LINE".</param>
/// <param name="Reason">Why.</param>
internal sealed record IgnoredKey(string Path, string Place, string Reason)
{
    public override string ToString() => $"{Place}: {Path} ({Reason})";
}
