using System.Text.RegularExpressions;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>What may stand in the names that plugins turn into paths, rules and interface names.</summary>
internal static partial class CniNames
{
    private const int LimitChars = 253;

    /// <summary>Of networks and containers.</summary>
    public static bool IsIdentifier(string name) => name.Length <= LimitChars && Identifier().IsMatch(name);

    /// <summary>A file name. A slash would run any program of the host (CVE-2021-20206).</summary>
    public static bool IsPluginType(string type) =>
        type.Length is > 0 and <= LimitChars && type is not ("." or "..") && !type.Any(character => character is '/' or '\\' || char.IsControl(character));

    /// <exception cref="RuntimeException">InvalidArgument: a value that a plugin would read as something else.</exception>
    public static void Validate(CniRequest request)
    {
        Require(IsIdentifier(request.ContainerId), request, "container id", request.ContainerId);
        Require(IsArgument(request.PodName), request, "pod name", request.PodName);
        Require(IsArgument(request.PodNamespace), request, "pod namespace", request.PodNamespace);
        Require(IsArgument(request.PodUid), request, "pod uid", request.PodUid);
        Require(InterfaceName().IsMatch(request.InterfaceName) && request.InterfaceName is not ("." or ".."), request, "interface name", request.InterfaceName);
        Require(Path.IsPathFullyQualified(request.NetNsPath), request, "network namespace", request.NetNsPath);
        foreach (var mapping in request.PortMappings.Where(mapping => mapping.HostPort != 0))
        {
            Require(mapping.HostPort is > 0 and <= 65535, request, "host port", $"{mapping.HostPort}");
            Require(mapping.ContainerPort is > 0 and <= 65535, request, "container port", $"{mapping.ContainerPort}");
            Require(string.IsNullOrEmpty(mapping.HostIp) || System.Net.IPAddress.TryParse(mapping.HostIp, out _), request, "host IP", mapping.HostIp ?? string.Empty);
        }
    }

    // CNI_ARGS is "KEY=VALUE;KEY=VALUE", without any quoting.
    private static bool IsArgument(string value) => value.Length <= LimitChars && !value.Any(character => character is ';' or '=' || char.IsControl(character));

    private static void Require(bool isValid, CniRequest request, string what, string value)
    {
        if (!isValid)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the {what} \"{value}\" of sandbox {request.ContainerId} can't be given to network plugins");
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_.\-]*\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^[^/:\s\p{C}]{1,15}\z")]
    private static partial Regex InterfaceName();
}
