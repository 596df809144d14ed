using CriSharp.Cri.V1;
using CriSharp.Pods.Networks;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What a pod sandbox's configuration has to keep, checked whole before anything is made.</summary>
internal static class SandboxRules
{
    /// <summary>HOST_NAME_MAX of Linux: what sethostname(2) takes.</summary>
    private const int LongestHostname = 64;

    private const int HighestPort = 65535;

    /// <exception cref="RuntimeException">InvalidArgument: the field, and what it has to be.</exception>
    public static void Validate(PodSandboxConfig config)
    {
        MetadataRules.Validate(config.Metadata);
        ValidateHostname(config.Hostname);
        ValidateLogDirectory(config.LogDirectory);
        foreach (var mapping in config.PortMappings)
        {
            ValidatePorts(mapping);
        }

        ValidateHostPorts(HostPort.Of(config));

        var security = config.Linux?.SecurityContext ?? new LinuxSandboxSecurityContext();
        ValidateNamespaces(security.NamespaceOptions ?? new NamespaceOption());
        // The same in each PID mode, though only an infra process runs as them.
        UserResolution.ResolveForSandbox(security);
        var options = security.NamespaceOptions ?? new NamespaceOption();
        if (options.Network != NamespaceMode.Node && PodBandwidth.Fault(config) is { } fault)
        {
            throw Invalid(fault);
        }

        UserNamespaceRules.CheckSandboxUser(security, UserNamespaceRules.OfSandbox(options));
        SysctlRules.Validate(
            config.Linux?.Sysctls,
            hostNetwork: options.Network == NamespaceMode.Node,
            hostIpc: options.Ipc == NamespaceMode.Node);
    }

    private static void ValidateNamespaces(NamespaceOption options)
    {
        Require("network", options.Network, NamespaceMode.Pod, NamespaceMode.Node);
        Require("ipc", options.Ipc, NamespaceMode.Pod, NamespaceMode.Node);
        Require("pid", options.Pid, NamespaceMode.Pod, NamespaceMode.Container, NamespaceMode.Node);
    }

    private static void Require(string name, NamespaceMode mode, params NamespaceMode[] allowed)
    {
        if (Array.IndexOf(allowed, mode) < 0)
        {
            throw Invalid($"namespace_options.{name} of a sandbox can't be {mode}");
        }
    }

    private static void ValidateHostname(string hostname)
    {
        if (hostname.Length > LongestHostname || hostname.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')))
        {
            throw Invalid($"hostname {QuotedText.Of(hostname)} has to be at most {LongestHostname} letters, digits, dots and dashes");
        }
    }

    private static void ValidateLogDirectory(string directory)
    {
        if (directory.Length > 0 && (!Path.IsPathRooted(directory) || directory.Contains('\0') || directory.Split('/').Contains("..")))
        {
            throw Invalid($"log_directory {QuotedText.Of(directory)} has to be an absolute path without \"..\"");
        }
    }

    private static void ValidatePorts(PortMapping mapping)
    {
        if (mapping.HostPort is < 0 or > HighestPort || mapping.ContainerPort is < 0 or > HighestPort)
        {
            throw Invalid($"port mapping {mapping.HostPort}:{mapping.ContainerPort}: ports go from 1 to {HighestPort} (host_port 0 means none)");
        }

        if (!Enum.IsDefined(mapping.Protocol))
        {
            throw Invalid($"port mapping {mapping.HostPort}:{mapping.ContainerPort}: protocol {(int)mapping.Protocol} is none of TCP (0), UDP (1) and SCTP (2)");
        }

        if (mapping.HostIp.Length > 0 && !AddressText.IsAddress(mapping.HostIp))
        {
            throw Invalid($"port mapping {mapping.HostPort}:{mapping.ContainerPort}: host_ip {QuotedText.Of(mapping.HostIp)} is not an IP address");
        }
    }

    private static void ValidateHostPorts(IReadOnlyList<HostPort> ports)
    {
        foreach (var port in ports)
        {
            if (ports.FirstOrDefault(port.Contradicts) is { } other)
            {
                throw Invalid($"port_mappings: the host's port {port} can't lead to both {port.ContainerPort} and {other.ContainerPort}");
            }
        }
    }

    private static RuntimeException Invalid(string what) => new(ErrorKind.InvalidArgument, $"pod sandbox config: {what}");
}
