using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>A vendor's edits, after all that image and pod have said: they win.</summary>
internal static class EditsSection
{
    public static RuntimeSpec Apply(RuntimeSpec spec, ContainerSpecInput input)
    {
        var names = CdiDeviceNames.Asked(input.Config);
        if (input.Edits is not { } edits)
        {
            return names.Count == 0 ? spec : throw Refusal.Unmet($"the CDI device {Refusal.Quote(names[0])} is asked for, and nobody has looked for it");
        }

        if (edits.NetDevices.Count > 0)
        {
            // An OCI runtime that does not know them would leave them out without a word.
            throw Refusal.Unbuilt($"the CDI device moves the network interface {Refusal.Quote(edits.NetDevices[0])} (netDevices), which is not supported yet");
        }

        return spec with
        {
            Process = spec.Process with { Env = Env(spec.Process.Env, edits.Env), User = User(spec.Process.User, edits.AdditionalGids) },
            Mounts = Mounts(spec, edits),
            Hooks = HooksSection.Build(spec.Hooks, edits.Hooks),
            Linux = spec.Linux with
            {
                Devices = Devices(spec, edits.Devices),
                Resources = spec.Linux.Resources is { } resources ? resources with { Devices = Rules(resources.Devices, edits.Devices) } : null,
                IntelRdt = edits.IntelRdt ?? spec.Linux.IntelRdt,
            },
        };
    }

    private static List<string> Env(IReadOnlyList<string> before, IReadOnlyList<string> added)
    {
        var variables = before.ToList();
        foreach (var variable in added)
        {
            var name = variable[..(variable.IndexOf('=', StringComparison.Ordinal) + 1)];
            var place = variables.FindIndex(earlier => earlier.StartsWith(name, StringComparison.Ordinal));
            if (place < 0)
            {
                variables.Add(variable);
            }
            else
            {
                variables[place] = variable;
            }
        }

        return variables;
    }

    private static SpecUser User(SpecUser user, IReadOnlyList<uint> gids)
    {
        var added = gids.Where(gid => gid != 0).Except(user.AdditionalGids ?? []).ToList();
        return added.Count == 0 ? user : user with { AdditionalGids = [.. user.AdditionalGids ?? [], .. added] };
    }

    private static IReadOnlyList<SpecDevice>? Devices(RuntimeSpec spec, IReadOnlyList<EditedDevice> added)
    {
        if (added.Count == 0)
        {
            return spec.Linux.Devices;
        }

        var devices = spec.Linux.Devices?.ToList() ?? [];
        foreach (var edited in added)
        {
            var device = edited.Device;
            devices.RemoveAll(earlier => earlier.Path == device.Path);
            if (IsBound(edited, spec))
            {
                continue;
            }

            devices.Add(device with
            {
                Uid = device.Uid ?? NotRoot(spec.Process.User.Uid),
                Gid = device.Gid ?? NotRoot(spec.Process.User.Gid),
            });
        }

        return devices.Count > 0 ? devices : null;
    }

    /// <summary>In a user namespace no device can be made: the OCI runtime binds it from the same path on the host, which is another one here.</summary>
    private static bool IsBound(EditedDevice device, RuntimeSpec spec) =>
        device.HostPath is { } host && host != device.Device.Path && HasUserNamespace(spec);

    private static bool HasUserNamespace(RuntimeSpec spec) => spec.Linux.Namespaces.Any(other => other.Type == SpecNamespace.User);

    private static uint? NotRoot(uint id) => id == 0 ? null : id;

    private static IReadOnlyList<SpecDeviceRule>? Rules(IReadOnlyList<SpecDeviceRule>? before, IReadOnlyList<EditedDevice> added)
    {
        var rules = added
            .Where(device => device.Device.Type is "b" or "c" && device.Access.Length > 0)
            .Select(device => new SpecDeviceRule
            {
                Allow = true,
                Type = device.Device.Type,
                Major = device.Device.Major,
                Minor = device.Device.Minor,
                Access = device.Access,
            })
            .ToList();
        return rules.Count == 0 ? before : [.. before ?? [], .. rules];
    }

    private static IReadOnlyList<SpecMount> Mounts(RuntimeSpec spec, SpecEdits edits)
    {
        var bound = edits.Devices.Where(device => IsBound(device, spec)).Select(device => DefaultMounts.BindDevice(device.Device.Path, device.HostPath!));
        SpecMount[] added = [.. edits.Mounts.Select(mount => HasUserNamespace(spec) ? Mapped(mount) : mount), .. bound];
        if (added.Length == 0)
        {
            return spec.Mounts;
        }

        var mounts = new MountTable();
        foreach (var mount in spec.Mounts)
        {
            mounts.Set(mount);
        }

        foreach (var mount in added)
        {
            mounts.Set(mount with { Destination = ContainerPath.Clean(mount.Destination) });
        }

        return mounts.InOrder();
    }

    /// <summary>Else the files of the host would belong to nobody in the container.</summary>
    private static SpecMount Mapped(SpecMount mount)
    {
        var options = mount.Options ?? [];
        if (options.Contains("idmap") || options.Contains("ridmap"))
        {
            return mount;
        }

        string? option = options.Contains("rbind") ? "ridmap" : mount.Type == "bind" || options.Contains("bind") ? "idmap" : null;
        return option is null ? mount : mount with { Options = [.. options, option] };
    }
}
