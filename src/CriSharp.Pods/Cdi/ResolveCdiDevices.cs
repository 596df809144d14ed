using CriSharp.Cri.V1;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Cdi;

/// <summary>From the names of CDI devices that a container asks for to the edits of its specification.</summary>
internal static class ResolveCdiDevices
{
    private const int ShownFiles = 5;

    /// <summary>Each file's own edits come once, before those of the first of its devices.</summary>
    /// <returns>Null where none is asked for.</returns>
    /// <exception cref="RuntimeException">
    /// InvalidArgument: a malformed name. FailedPrecondition: nobody, or two, have the device, or the host lacks what it is made of.
    /// </exception>
    public static SpecEdits? Run(ContainerConfig config, IReadOnlyList<string> folders)
    {
        var names = CdiDeviceNames.Asked(config);
        if (names.Count == 0)
        {
            return null;
        }

        var found = new CdiFolders(folders).Read();
        var missing = names.Where(name => found.Find(name) is null).ToList();
        if (missing.Count > 0)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, Explain(missing, folders, found));
        }

        var edits = SpecEdits.None;
        var begun = new HashSet<CdiSpecFile>(ReferenceEqualityComparer.Instance);
        foreach (var name in names)
        {
            var file = found.Find(name)!;
            if (begun.Add(file))
            {
                edits = Join(edits, file.Edits, name);
            }

            edits = Join(edits, file.Devices[name[(file.Kind.Length + 1)..]], name);
        }

        return edits;
    }

    private static SpecEdits Join(SpecEdits before, CdiEdits added, string name)
    {
        foreach (var mount in added.Plain.Mounts)
        {
            CheckSource(mount, name);
        }

        return new SpecEdits
        {
            Env = [.. before.Env, .. added.Plain.Env],
            Devices = [.. before.Devices, .. added.Nodes.Select(node => node.Fill(name))],
            Mounts = [.. before.Mounts, .. added.Plain.Mounts],
            Hooks = [.. before.Hooks, .. added.Plain.Hooks],
            AdditionalGids = [.. before.AdditionalGids, .. added.Plain.AdditionalGids],
            IntelRdt = added.Plain.IntelRdt ?? before.IntelRdt,
            NetDevices = [.. before.NetDevices, .. added.Plain.NetDevices],
        };
    }

    /// <summary>A library that a driver's upgrade has removed is named here rather than by the runtime's number of an error.</summary>
    private static void CheckSource(Oci.SpecMount mount, string name)
    {
        var isBind = mount.Type == "bind" || (mount.Options?.Any(option => option is "bind" or "rbind") ?? false);
        if (isBind && !Path.Exists(mount.Source))
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"CDI device {name}: {mount.Source}, which is to be mounted at {mount.Destination}, is not on this node");
        }
    }

    private static string Explain(List<string> missing, IReadOnlyList<string> folders, CdiDevices found)
    {
        var words = missing.Select(name => found.ConflictOf(name) is { } conflict ? $"{name}: {conflict}" : $"{name} is in no file of {string.Join(", ", folders)}");
        var text = "unresolvable CDI devices: " + string.Join("; ", words);
        if (found.Unreadable.Count == 0)
        {
            return text;
        }

        var unread = found.Unreadable.Take(ShownFiles).Select(file => $"{file.Key}: {OneLine(file.Value)}");
        var more = found.Unreadable.Count > ShownFiles ? $"; and {found.Unreadable.Count - ShownFiles} more" : "";
        return $"{text}; not read: {string.Join("; ", unread)}{more}";
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
