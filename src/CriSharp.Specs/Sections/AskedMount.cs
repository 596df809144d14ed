using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>A mount that the kubelet asks for: a bind of a path of the host, or of an image.</summary>
internal static class AskedMount
{
    private const string Private = "rprivate";
    private const string Slave = "rslave";
    private const string Shared = "rshared";

    /// <summary>Not "ridmap": a volume's file system is mapped, not what is mounted in it, which may be one that can't be.</summary>
    private const string Mapped = "idmap";

    private static readonly string[] AllowedOptions = ["nodev", "noexec", "nosuid"];

    public static SpecMount Build(Mount asked, ContainerSpecInput input, PodIdMappings? mappings, out string propagation)
    {
        var destination = CheckPaths(asked);
        // An image is mounted on the host with the pod's ids.
        var isMapped = UserNamespaceRules.CheckMount(asked, mappings) && ImageVolume.Of(asked) is null;
        propagation = PropagationOf(asked, destination, input);
        return new SpecMount
        {
            Destination = destination,
            Type = "bind",
            Source = SourceOf(asked, destination, input),
            Options = ["rbind", propagation, .. AccessOf(asked, destination, input.Host), .. OptionsOf(asked, destination), .. isMapped ? [Mapped] : (string[])[]],
            UidMappings = isMapped ? [mappings!.Users] : null,
            GidMappings = isMapped ? [mappings!.Groups] : null,
        };
    }

    /// <summary>A mount can pass through only where the root's own does not stop it.</summary>
    public static string? Stronger(string? left, string right) => (left, right) switch
    {
        (Shared, _) or (_, Shared) => Shared,
        (Slave, _) or (_, Slave) => Slave,
        _ => left,
    };

    private static string CheckPaths(Mount asked)
    {
        if (asked.ContainerPath.Length == 0 || asked.ContainerPath.Contains('\0'))
        {
            throw Refusal.Invalid($"a mount of {Refusal.Quote(asked.HostPath)} has no container_path, or one with a NUL character");
        }

        var destination = ContainerPath.Clean(asked.ContainerPath);
        if (destination == "/")
        {
            throw Refusal.Invalid($"the mount of {Refusal.Quote(asked.HostPath)} would cover the container's root: container_path is \"/\"");
        }

        if (asked.Image is { Image.Length: > 0 })
        {
            CheckImage(asked, destination);
            return destination;
        }

        if (asked.ImageSubPath.Length > 0)
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: image_sub_path is given without an image");
        }

        return asked.HostPath is ['/', ..] && !asked.HostPath.Contains('\0')
            ? destination
            : throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: host_path {Refusal.Quote(asked.HostPath)} is not an absolute path");
    }

    /// <summary>Whoever could write there would change the image for others.</summary>
    private static void CheckImage(Mount asked, string destination)
    {
        if (asked.HostPath.Length > 0)
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)} has both an image and the host_path {Refusal.Quote(asked.HostPath)}: one of them is wanted");
        }

        if (!asked.Readonly)
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: the image {Refusal.Quote(asked.Image.Image)} can only be mounted with readonly");
        }

        if (asked.Propagation != MountPropagation.PropagationPrivate)
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: an image takes no propagation but PRIVATE, not {asked.Propagation}");
        }

        if (asked.ImageSubPath.Contains('\0') || asked.ImageSubPath.StartsWith('/') || asked.ImageSubPath.Split('/').Contains(".."))
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: image_sub_path {Refusal.Quote(asked.ImageSubPath)} is not a relative path without \"..\"");
        }
    }

    private static string SourceOf(Mount asked, string destination, ContainerSpecInput input)
    {
        if (ImageVolume.Of(asked) is not { } volume)
        {
            return asked.HostPath;
        }

        return input.ImageVolumes.TryGetValue(volume, out var source)
            ? source
            : throw Refusal.Unmet($"the mount at {Refusal.Quote(destination)}: the image {Refusal.Quote(volume.Image)} is not mounted on the host");
    }

    private static string PropagationOf(Mount asked, string destination, ContainerSpecInput input)
    {
        // Before the host is looked at: no host could do it.
        if (asked.RecursiveReadOnly && (!asked.Readonly || asked.Propagation != MountPropagation.PropagationPrivate))
        {
            throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: recursive_read_only needs readonly and the propagation PRIVATE");
        }

        var source = input.SourcePropagations.TryGetValue(asked.HostPath, out var known) ? known : SourcePropagation.Shared;
        return asked.Propagation switch
        {
            // What came later through a slave would be writable.
            MountPropagation.PropagationPrivate => HoldsOwnFolder(asked, input) && !asked.RecursiveReadOnly ? Slave : Private,
            MountPropagation.PropagationHostToContainer when source != SourcePropagation.Private => Slave,
            MountPropagation.PropagationBidirectional when source == SourcePropagation.Shared => Shared,
            MountPropagation.PropagationHostToContainer => throw Refusal.Unmet(
                $"the mount at {Refusal.Quote(destination)}: HOST_TO_CONTAINER needs {Refusal.Quote(asked.HostPath)} to lie on a shared or slave mount; it is private"),
            MountPropagation.PropagationBidirectional => throw Refusal.Unmet(
                $"the mount at {Refusal.Quote(destination)}: BIDIRECTIONAL needs {Refusal.Quote(asked.HostPath)} to lie on a shared mount; it is not"),
            _ => throw Refusal.Invalid($"the mount at {Refusal.Quote(destination)}: propagation {(int)asked.Propagation} is unknown"),
        };
    }

    /// <summary>A private copy of the daemon's mounts would keep each of them, and with it the files of a container, as long as this container lives.</summary>
    private static bool HoldsOwnFolder(Mount asked, ContainerSpecInput input)
    {
        var place = input.SourcePlaces.GetValueOrDefault(asked.HostPath, asked.HostPath);
        var source = ContainerPath.Clean(place).TrimEnd('/') + '/';
        return ImageVolume.Of(asked) is null && input.Host.OwnFolders.Any(folder => (folder + '/').StartsWith(source, StringComparison.Ordinal));
    }

    /// <summary>"rro" never alone: a runtime that does not know it passes over it.</summary>
    private static string[] AccessOf(Mount asked, string destination, HostFacts host)
    {
        if (!asked.RecursiveReadOnly)
        {
            return asked.Readonly ? ["ro"] : ["rw"];
        }

        return host.SupportsRecursiveReadOnly
            ? ["ro", "rro"]
            : throw Refusal.Unmet($"the mount at {Refusal.Quote(destination)}: kernel or OCI runtime can't make mounts read-only recursively");
    }

    private static IEnumerable<string> OptionsOf(Mount asked, string destination)
    {
        var unknown = asked.MountOptions.FirstOrDefault(option => !AllowedOptions.Contains(option));
        return unknown is null
            ? asked.MountOptions.Distinct().Order(StringComparer.Ordinal)
            : throw Refusal.Invalid(
                $"the mount at {Refusal.Quote(destination)}: mount option {Refusal.Quote(unknown)} is not among {string.Join(", ", AllowedOptions)}");
    }
}
