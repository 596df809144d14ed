using System.Net;
using CriSharp.Images;
using CriSharp.Oci;
using CriSharp.Pods.Metrics;
using CriSharp.Registry.Names;
using CriSharp.Signatures.Policies;
using CriSharp.Signatures.Sources;
using CriSharp.Specs;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Configuration;

/// <summary>What the daemon was told, typed and checked once at start. Paths are absolute.</summary>
internal sealed record DaemonOptions
{
    public required string Root { get; init; }

    public required string RunRoot { get; init; }

    /// <summary>Room held for state on a full disk; 0: none.</summary>
    public required long DiskReserveBytes { get; init; }

    /// <summary>The CRI's Unix socket.</summary>
    public required string Listen { get; init; }

    public required IPAddress StreamAddress { get; init; }

    /// <summary>0: any free one.</summary>
    public required int StreamPort { get; init; }

    /// <summary>Null: the streaming server speaks no TLS.</summary>
    public TlsFiles? StreamTls { get; init; }

    public required TimeSpan StreamIdleTimeout { get; init; }

    public required string MonitorPath { get; init; }

    public required string PausePath { get; init; }

    /// <summary>Name of one of <see cref="Runtimes"/>.</summary>
    public required string DefaultRuntime { get; init; }

    public required IReadOnlyList<RuntimeOptions> Runtimes { get; init; }

    /// <summary>"NAME=VALUE".</summary>
    public required IReadOnlyList<string> DefaultEnvironment { get; init; }

    public required IReadOnlyList<SpecRlimit> DefaultUlimits { get; init; }

    public required IReadOnlyList<string> DefaultCapabilities { get; init; }

    public required CgroupManager CgroupManager { get; init; }

    /// <summary>Name of the profile that RuntimeDefault stands for.</summary>
    public string AppArmorProfile { get; init; } = DefaultAppArmor.ProfileName;

    /// <summary>Of the OCI runtime's create.</summary>
    public required TimeSpan ContainerCreateTimeout { get; init; }

    /// <summary>Of its other calls.</summary>
    public required TimeSpan RuntimeTimeout { get; init; }

    public required IReadOnlyList<string> CdiSpecDirectories { get; init; }

    public required bool DeviceOwnershipFromSecurityContext { get; init; }

    /// <summary>What ListPodSandboxMetrics tells.</summary>
    public PodMetricGroups PodMetrics { get; init; } = PodMetricGroups.All;

    public required LogLevel LogLevel { get; init; }

    public required LogFormat LogFormat { get; init; }

    /// <summary>Between two audits in the background; null: none.</summary>
    public required TimeSpan? AuditInterval { get; init; }

    public required string CniConfigDirectory { get; init; }

    /// <summary>Null: the first valid configuration's.</summary>
    public string? CniDefaultNetwork { get; init; }

    public required IReadOnlyList<string> CniPluginDirectories { get; init; }

    public required TimeSpan CniPluginTimeout { get; init; }

    public required TimeSpan CniAddTimeout { get; init; }

    public required TimeSpan CniDelTimeout { get; init; }

    /// <summary>HOST or HOST:PORT.</summary>
    public required IReadOnlyList<string> InsecureRegistries { get; init; }

    public required IReadOnlyList<string> RegistryCertDirectories { get; init; }

    public required string RegistriesConf { get; init; }

    /// <summary>Null: no limit.</summary>
    public required TimeSpan? PullProgressTimeout { get; init; }

    /// <summary>What pulls leave free; null: a share of the file system.</summary>
    public required long? PullDiskFloorBytes { get; init; }

    /// <summary>How long the result of a call whose caller has gone is kept for its retry.</summary>
    public required TimeSpan UnclaimedTimeout { get; init; }

    /// <summary>Folder of images and layers: the root, unless they have a disk of their own.</summary>
    public string ImageStore { get => field ?? Root; init; }

    public bool HasSplitImageStore => ImageStore != Root;

    /// <summary>A reload changes them.</summary>
    public ImageNamePatterns PinnedImages { get; init; } = ImageNamePatterns.None;

    /// <summary>Null: what registries.conf says.</summary>
    public ShortNameMode? ShortNameMode { get; init; }

    /// <summary>Null: none but those of podman and docker.</summary>
    public string? GlobalAuthFile { get; init; }

    public string NamespacedAuthDirectory { get; init; } = "/etc/crio/auth";

    /// <summary>policy.json; need not be there where it is the usual one.</summary>
    public string SignaturePolicy { get; init; } = PolicyFiles.UsualPath;

    /// <summary>NAMESPACE.json lie there.</summary>
    public string SignaturePolicyDirectory { get; init; } = PolicyFiles.UsualNamespaceFolder;

    /// <summary>registries.d: *.yaml that say where signatures are.</summary>
    public string RegistriesDirectory { get; init; } = SignatureSources.UsualFolder;

    /// <summary>What RuntimeDefault stands for. Null: the built-in profile.</summary>
    public SeccompFile? SeccompProfile { get; init; }

    /// <summary>May read the admin socket's pages. Null: nobody but root.</summary>
    public HostGroup? AdminGroup { get; init; }

    /// <summary>Null: figures are on the admin socket alone.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>Null: nobody traces.</summary>
    public TracingOptions? Tracing { get; init; }

    /// <summary>Keys of the TOML files that CRI-O has and that mean nothing here.</summary>
    public IReadOnlyList<IgnoredKey> IgnoredKeys { get; init; } = [];

    /// <summary>Variables of the environment that are named as ours and are no setting's.</summary>
    public IReadOnlyList<string> UnknownVariables { get; init; } = [];
}

/// <summary>A configured OCI runtime.</summary>
/// <param name="Path">The executable.</param>
/// <param name="Root">Its own state folder.</param>
internal sealed record RuntimeOptions(string Name, string Path, string Root)
{
    public HandlerRules Rules { get; init; } = new();

    /// <summary>Null, or why no new pod can have it: what it has made before can still be stopped and removed.</summary>
    public string? Unusable { get; init; }
}

/// <summary>PEM files.</summary>
internal sealed record TlsFiles(string CertificatePath, string KeyPath);

/// <summary>The port where Prometheus finds figures.</summary>
/// <param name="Port">0: any free one.</param>
/// <param name="Tls">Null: it speaks no TLS.</param>
internal sealed record MetricsOptions(IPAddress Address, int Port, TlsFiles? Tls);

/// <summary>Where spans are sent.</summary>
/// <param name="Endpoint">HOST:PORT.</param>
/// <param name="RatePerMillion">Of calls whose callers do not say whether they are traced.</param>
internal sealed record TracingOptions(string Endpoint, int RatePerMillion);

/// <summary>Who makes cgroups.</summary>
internal enum CgroupManager
{
    Cgroupfs,
    Systemd,
}

/// <summary>How events are written.</summary>
internal enum LogFormat
{
    Text,
    Json,
}
