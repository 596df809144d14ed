using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

/// <summary>All that this room makes of a request, as one text: what a field changes in it is what the field does.</summary>
internal static class FieldOutcomes
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\n";
    private const string Group = "staff:x:50:root\n";

    public static string OfContainer(ContainerConfig config) => Try(
        () => $"{string.Join(',', CdiDeviceNames.Asked(config))} {SeccompProfileFile.PathOf(config.Linux?.SecurityContext)} {StopSignals.Resolve(config.StopSignal, "")}",
        () => SpecOf(config, Requests.PlainSandbox()),
        () => SpecOf(config, MappedSandbox()));

    public static string OfSandbox(PodSandboxConfig config)
    {
        var inheriting = Requests.PlainConfig();
        inheriting.Linux.SecurityContext.NamespaceOptions = null;
        var privileged = Requests.PlainConfig();
        privileged.Linux.SecurityContext.Privileged = true;
        return Try(
            () => Tried(() => MetadataRules.Validate(config.Metadata)),
            () => ResolvConf.Format(config.DnsConfig) ?? "the host's",
            () => string.Join(',', SysctlRules.Validate(config.Linux?.Sysctls, hostNetwork: false, hostIpc: false)),
            () => SeccompProfileFile.PathOf(config.Linux?.SecurityContext) ?? "",
            () => TextOf(SandboxSpec.Build(Requests.Infra() with
            {
                Config = config,
                Namespaces = NamespacesOf(config),
                Host = Host,
                Defaults = Defaults,
                LocalhostSeccompProfile = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
            })),
            () => SpecOf(Requests.PlainConfig(), config),
            () => SpecOf(inheriting, config),
            () => SpecOf(privileged, config));
    }

    private static PodSandboxConfig MappedSandbox()
    {
        var sandbox = Requests.PlainSandbox();
        FieldTables.OwnUsers(sandbox);
        return sandbox;
    }

    private static HostFacts Host => Requests.Host with { AppArmorProfiles = new HashSet<string> { "crisharp-default", "loaded" } };

    private static ContainerDefaults Defaults => ContainerDefaults.BuiltIn with { AllowedAnnotations = ["*"] };

    private static string SpecOf(ContainerConfig config, PodSandboxConfig sandbox)
    {
        var input = Requests.Plain() with
        {
            Config = config,
            Sandbox = sandbox,
            Host = Host,
            Defaults = Defaults,
            User = UserResolution.Resolve(Passwd, Group, "", config.Linux?.SecurityContext),
            Namespaces = NamespacesOf(sandbox) with { InfraPidPath = "/proc/1/ns/pid", TargetPidPath = "/proc/2/ns/pid" },
            LocalhostSeccompProfile = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
            Edits = config.CDIDevices.Count > 0 ? SpecEdits.None : null,
            Devices = config.Devices.ToDictionary(
                device => device.HostPath, IReadOnlyList<HostDevice> (device) => [new HostDevice(device.HostPath, 'c', 10, device.HostPath.Length, 0x1b6, 0, 0)]),
        };
        return TextOf(ContainerSpec.Build(input));
    }

    private static PodNamespaces NamespacesOf(PodSandboxConfig sandbox) =>
        sandbox.Linux?.SecurityContext?.NamespaceOptions?.UsernsOptions is { Mode: NamespaceMode.Pod }
            ? Requests.Namespaces with { User = NamespaceChoice.Join("/run/crisharp/sandboxes/s/ns/user") }
            : Requests.Namespaces;

    private static string TextOf(BuiltSpec built) => Encoding.UTF8.GetString(built.Spec.ToJson()) + string.Join('\n', built.Warnings);

    private static string Tried(Action act)
    {
        act();
        return "";
    }

    private static string Try(params Func<string>[] parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            try
            {
                text.AppendLine(part());
            }
            catch (RuntimeException refusal)
            {
                text.AppendLine($"{refusal.Kind}: {refusal.Message}");
            }
        }

        return text.ToString();
    }
}
