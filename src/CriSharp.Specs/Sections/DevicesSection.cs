using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Specs.Users;

namespace CriSharp.Specs.Sections;

/// <summary>Device nodes and who may use them; the OCI runtime adds the usual ones (null, zero, random, tty ...) by itself.</summary>
internal static class DevicesSection
{
    private const string AllAccess = "rwm";

    /// <summary>Made by the OCI runtime in its own way, or mounts rather than devices.</summary>
    private static readonly string[] MadeByRuntime = ["/dev/console", "/dev/ptmx", "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd"];

    /// <param name="hasUserNamespace">No device can be made there: the OCI runtime binds each from the same path on the host.</param>
    public static BuiltDevices Build(ContainerSpecInput input, bool hasUserNamespace)
    {
        var devices = new SortedDictionary<string, SpecDevice>(StringComparer.Ordinal);
        var hasAll = (input.Config.Linux?.SecurityContext?.Privileged ?? false) && !input.Defaults.PrivilegedWithoutHostDevices;
        var rules = new List<SpecDeviceRule> { new() { Allow = hasAll, Access = AllAccess } };
        if (hasAll)
        {
            foreach (var device in input.Host.Devices.Where(device => !IsMadeByRuntime(device.Path)))
            {
                devices[device.Path] = ToSpec(device, device.Path);
            }
        }

        var binds = new List<SpecMount>();
        foreach (var asked in input.Config.Devices)
        {
            AddAsked(asked, input, devices, hasAll ? null : rules, hasUserNamespace ? binds : null);
        }

        return new BuiltDevices([.. devices.Values], rules, binds);
    }

    private static void AddAsked(
        Device asked, ContainerSpecInput input, SortedDictionary<string, SpecDevice> devices, List<SpecDeviceRule>? rules, List<SpecMount>? binds)
    {
        var access = AccessOf(asked);
        var (container, found) = PathsOf(asked, input);
        var owner = input.DevicesAreTheUsers ? input.Config.Linux?.SecurityContext : null;
        var host = asked.HostPath.TrimEnd('/');
        foreach (var device in found)
        {
            var path = device.Path.StartsWith(host + '/', StringComparison.Ordinal) ? ContainerPath.Clean(container + device.Path[host.Length..]) : container;
            if (binds is not null && path != device.Path)
            {
                binds.Add(DefaultMounts.BindDevice(path, device.Path));
            }
            else
            {
                devices[path] = ToSpec(device with
                {
                    Uid = owner?.RunAsUser is { } user ? UserIds.Check("run_as_user", user.Value) : device.Uid,
                    Gid = owner?.RunAsGroup is { } group ? UserIds.Check("run_as_group", group.Value) : device.Gid,
                }, path);
            }

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

    private static string AccessOf(Device asked)
    {
        var access = asked.Permissions.Length == 0 ? AllAccess : asked.Permissions;
        return access.All(c => AllAccess.Contains(c)) && access.Distinct().Count() == access.Length
            ? access
            : throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)}: permissions {Refusal.Quote(access)} are not some of r, w and m");
    }

    private static (string ContainerPath, IReadOnlyList<HostDevice> Found) PathsOf(Device asked, ContainerSpecInput input)
    {
        if (asked.HostPath is not ['/', ..] || asked.HostPath.Contains('\0') || asked.ContainerPath.Contains('\0'))
        {
            throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)}: host_path is not an absolute path, or a path holds a NUL character");
        }

        if (!input.Devices.TryGetValue(asked.HostPath, out var found) || found.Count == 0)
        {
            throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)} is not there or can't be followed, or is neither a device nor a folder of devices");
        }

        var path = ContainerPath.Clean(asked.ContainerPath.Length > 0 ? asked.ContainerPath : asked.HostPath);
        return path != "/"
            ? (path, found)
            : throw Refusal.Invalid($"the device {Refusal.Quote(asked.HostPath)}: container_path {Refusal.Quote(asked.ContainerPath)} is the container's root");
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

internal sealed record BuiltDevices(IReadOnlyList<SpecDevice> Devices, IReadOnlyList<SpecDeviceRule> Rules, IReadOnlyList<SpecMount> Binds);
