using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Running;

/// <summary>HOST:CONTAINER[:OPTION,...] with the options ro, rw, rprivate, rslave, rshared.</summary>
internal static class VolumeArgument
{
    public static Mount Parse(string typed)
    {
        var parts = typed.Split(':');
        if (parts.Length is < 2 or > 3 || !Path.IsPathFullyQualified(parts[0]) || !Path.IsPathFullyQualified(parts[1]))
        {
            throw new RuntimeException(
                ErrorKind.InvalidArgument,
                $"volume '{typed}' is not of the form HOST:CONTAINER[:ro,rslave,rshared] with two absolute paths");
        }

        var mount = new Mount { HostPath = parts[0], ContainerPath = parts[1] };
        foreach (var option in parts.Length == 3 ? parts[2].Split(',') : [])
        {
            Apply(mount, option, typed);
        }

        return mount;
    }

    private static void Apply(Mount mount, string option, string typed)
    {
        switch (option)
        {
            case "ro":
                mount.Readonly = true;
                break;
            case "rw":
                mount.Readonly = false;
                break;
            case "rprivate":
                mount.Propagation = MountPropagation.PropagationPrivate;
                break;
            case "rslave":
                mount.Propagation = MountPropagation.PropagationHostToContainer;
                break;
            case "rshared":
                mount.Propagation = MountPropagation.PropagationBidirectional;
                break;
            default:
                throw new RuntimeException(ErrorKind.InvalidArgument, $"volume '{typed}': unknown option '{option}'; there are ro, rw, rprivate, rslave, rshared");
        }
    }
}
