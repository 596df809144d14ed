using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;
using CriSharp.Primitives;
using Google.Protobuf;

namespace CriSharp.Ctl.Running;

/// <summary>Makes the CRI's messages of what was typed.</summary>
internal sealed class RunSettingsReader(Session session, RunOptions options)
{
    private const long CpuPeriodMicroseconds = 100_000;

    public RunSettings Read()
    {
        var image = session.Get(options.Image);
        var name = session.Get(options.Name) ?? NameFor(image);
        return new RunSettings
        {
            Image = image,
            Sandbox = Sandbox(name),
            Container = Container(name),
            Handler = session.Get(options.Handler) ?? "",
            Pull = session.Get(options.Pull).ToLowerInvariant() switch
            {
                "missing" => PullPolicy.Missing,
                "always" => PullPolicy.Always,
                "never" => PullPolicy.Never,
                _ => throw Invalid("--pull is one of missing, always, never"),
            },
        };
    }

    /// <summary>"docker.io/library/busybox:1.36@sha256:..." becomes "busybox-3fa9c1".</summary>
    internal static string NameFor(string image)
    {
        var last = image.Split('@')[0].Split('/')[^1].Split(':')[0];
        var kept = string.Concat(last.ToLowerInvariant().Select(one => char.IsAsciiLetterOrDigit(one) ? one : '-')).Trim('-');
        return $"{(kept.Length == 0 ? "pod" : kept)}-{Guid.NewGuid().ToString("N")[..6]}";
    }

    private PodSandboxConfig Sandbox(string name)
    {
        var pod = new PodSandboxMetadata { Name = name, Namespace = session.Get(options.Namespace), Uid = Guid.NewGuid().ToString() };
        if ($"{pod.Name}{pod.Namespace}".Contains('/'))
        {
            throw Invalid("--name and --namespace have no '/' in them: the folder of the logs is named after them");
        }

        var parent = session.Get(options.LogFolder) ?? session.Surroundings.PodLogsFolder;
        var folder = Path.GetFullPath(PodLogs.FolderOf(parent, pod));
        var hostNetwork = session.Get(options.HostNetwork);
        var config = new PodSandboxConfig
        {
            Metadata = pod,
            Hostname = session.Get(options.Hostname) ?? (hostNetwork ? "" : name),
            LogDirectory = folder,
            Labels = { LabelsOption.Parse(session.Get(options.Labels)) },
            PortMappings = { session.Get(options.Ports).Select(PortArgument.Parse) },
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = session.Get(options.CgroupParent) ?? "",
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    NamespaceOptions = Namespaces(),
                    Privileged = session.Get(options.Privileged),
                    Seccomp = session.Get(options.Privileged) ? null : Confinement.Seccomp,
                },
            },
        };
        PodLogs.Remember(config.Annotations, folder);
        return config;
    }

    private ContainerConfig Container(string name) => new()
    {
        Metadata = new ContainerMetadata { Name = name },
        Command = { session.Get(options.EntryPoint) is { } program ? new[] { program } : [] },
        Args = { session.Get(options.Arguments) },
        Envs = { session.Get(options.Environment).Select(Variable) },
        Labels = { LabelsOption.Parse(session.Get(options.Labels)) },
        Mounts = { session.Get(options.Volumes).Select(VolumeArgument.Parse) },
        WorkingDir = session.Get(options.WorkingDirectory) ?? "",
        LogPath = Path.Combine(name, "0.log"),
        Linux = new LinuxContainerConfig { Resources = Resources(), SecurityContext = Security() },
    };

    private NamespaceOption Namespaces() => new()
    {
        Network = session.Get(options.HostNetwork) ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = NamespaceMode.Pod,
        Pid = session.Get(options.Pid) switch
        {
            "container" => NamespaceMode.Container,
            "pod" => NamespaceMode.Pod,
            "host" => NamespaceMode.Node,
            _ => throw Invalid("--pid is one of container, pod, host"),
        },
    };

    private LinuxContainerSecurityContext Security()
    {
        var security = new LinuxContainerSecurityContext
        {
            NamespaceOptions = Namespaces(),
            Privileged = session.Get(options.Privileged),
            ReadonlyRootfs = session.Get(options.ReadOnly),
        };
        if (!security.Privileged)
        {
            Confinement.AddTo(security);
        }

        if (session.Get(options.User) is not { Length: > 0 } typed)
        {
            return security;
        }

        var parts = typed.Split(':');
        if (long.TryParse(parts[0], out var uid))
        {
            security.RunAsUser = new Int64Value { Value = uid };
        }
        else
        {
            security.RunAsUsername = parts[0];
        }

        if (parts.Length > 1)
        {
            security.RunAsGroup = new Int64Value { Value = long.TryParse(parts[1], out var gid) ? gid : throw Invalid("the group in --user is a number") };
        }

        return security;
    }

    private LinuxContainerResources Resources()
    {
        var resources = new LinuxContainerResources();
        if (session.Get(options.Memory) is { } memory)
        {
            resources.MemoryLimitInBytes = ByteSizes.TryParse(memory, out var bytes) && bytes > 0
                ? bytes
                : throw Invalid($"--memory {memory}: a number, with k, m or g behind it");
        }

        if (session.Get(options.Cpus) is { } cpus)
        {
            resources.CpuPeriod = CpuPeriodMicroseconds;
            resources.CpuQuota = cpus > 0 ? (long)(cpus * CpuPeriodMicroseconds) : throw Invalid("--cpus must be above 0");
        }

        return resources;
    }

    private KeyValue Variable(string typed)
    {
        var equals = typed.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? typed : typed[..equals];
        var value = equals < 0 ? session.Surroundings.EnvironmentVariable(name) ?? "" : typed[(equals + 1)..];
        return name.Length > 0
            ? new KeyValue { Key = name, Value = ByteString.CopyFromUtf8(value) }
            : throw Invalid($"--env '{typed}' has no name");
    }

    private static RuntimeException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
