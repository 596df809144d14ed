using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Device nodes and who may use them; the OCI runtime adds the usual ones (null, zero, random, tty ...) by itself.</summary>
internal static class DevicesSection
{
    private const string AllAccess = "rwm";

    /// <summary>Made by the OCI runtime in its own way, or mounts rather than devices.</summary>
    private static readonly string[] MadeByRuntime = ["/dev/console", "/dev/ptmx", "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd"];

    public static BuiltDevices Build(ContainerSpecInput input)
    {
        var devices = new SortedDictionary<string, SpecDevice>(StringComparer.Ordinal);
        var isPrivileged = (input.Config.Linux?.SecurityContext?.Privileged ?? false) && !input.Defaults.PrivilegedWithoutHostDevices;
        var rules = new List<SpecDeviceRule> { new() { Allow = isPrivileged, Access = AllAccess } };
        if (isPrivileged)
        {
            foreach (var device in input.Host.Devices.Where(device => !IsMadeByRuntime(device.Path)))
            {
                devices[device.Path] = ToSpec(device, device.Path);
            }
        }

        foreach (var asked in input.Config.Devices)
        {
            AddAsked(asked, input, devices, isPrivileged ? null : rules);
        }

        return new BuiltDevices([.. devices.Values], rules);
    }

    private static void AddAsked(
        Device asked, ContainerSpecInput input, SortedDictionary<string, SpecDevice> devices, List<SpecDeviceRule>? rules)
    {
        var access = asked.Permissions.Length == 0 ? AllAccess : asked.Permissions;
        if (access.Any(c => !AllAccess.Contains(c)) || access.Distinct().Count() != access.Length)
        {
            throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)}: permissions {Refusal.Quote(access)} are not some of r, w and m");
        }

        if (!input.Devices.TryGetValue(asked.HostPath, out var found) || found.Count == 0)
        {
            throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)} is not there, or neither a device nor a folder of devices");
        }

        var root = ContainerPath.Clean(asked.ContainerPath.Length > 0 ? asked.ContainerPath : asked.HostPath);
        foreach (var device in found)
        {
            var path = device.Path.StartsWith(asked.HostPath.TrimEnd('/') + '/', StringComparison.Ordinal)
                ? ContainerPath.Clean(root + '/' + device.Path[asked.HostPath.TrimEnd('/').Length..])
                : root;
            devices[path] = ToSpec(device, path);
            rules?.Add(new SpecDeviceRule
            {
                Allow = true,
                Type = device.Type.ToString(),
                Major = device.Major,
                Minor = device.Minor,
                Access = access,
            });
        }
    }

    private static bool IsMadeByRuntime(string path) =>
        MadeByRuntime.Any(made => path == made || path.StartsWith(made + '/', StringComparison.Ordinal));

    private static SpecDevice ToSpec(HostDevice device, string path) => new()
    {
        Path = path,
        Type = device.Type.ToString(),
        Major = device.Major,
        Minor = device.Minor,
        FileMode = device.Mode & 0b111_111_111,
        Uid = device.Uid,
        Gid = device.Gid,
    };
}

internal sealed record BuiltDevices(IReadOnlyList<SpecDevice> Devices, IReadOnlyList<SpecDeviceRule> Rules);
