using CriSharp.Oci;
using CriSharp.Pods.Host;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Cdi;

/// <summary>A device node that a file gives to a container. What it leaves out is taken from the node on the host.</summary>
/// <param name="HostPath">Where it lies on the host.</param>
/// <param name="Type">"b", "c", "u" or "p"; null: as on the host.</param>
/// <param name="Major">0: as on the host.</param>
/// <param name="Access">Of "r", "w" and "m"; empty for none.</param>
internal sealed record CdiDeviceNode(
    string Path, string HostPath, string? Type, long Major, long Minor, uint? FileMode, string Access, uint? Uid, uint? Gid)
{
    private const uint ModeMask = 0b111_111_111_111;

    /// <exception cref="FormatException">What is wrong, and where in the file.</exception>
    public static CdiDeviceNode Parse(CdiMap node, CdiVersionNeeds needs)
    {
        node.AllowOnly("path", "hostPath", "type", "major", "minor", "fileMode", "permissions", "uid", "gid");
        var path = node.Get("path");
        if (path.Text is not ['/', ..] || path.Text.Contains('\0'))
        {
            throw path.Wrong("an absolute path");
        }

        var hostPath = node.Find("hostPath")?.Text is { Length: > 0 } given ? given : null;
        if (hostPath is not null)
        {
            needs.Since("0.5.0", "the hostPath of a device node");
        }

        var type = node.Find("type")?.Text is { Length: > 0 } said ? said : null;
        return new CdiDeviceNode(
            path.Text,
            hostPath ?? path.Text,
            type is null or "b" or "c" or "u" or "p" ? type : throw node.Get("type").Wrong("b, c, u or p"),
            node.Find("major")?.Number ?? 0,
            node.Find("minor")?.Number ?? 0,
            node.Find("fileMode")?.Unsigned & ModeMask,
            AccessOf(node.Find("permissions")),
            node.Find("uid")?.Unsigned,
            node.Find("gid")?.Unsigned);
    }

    /// <exception cref="RuntimeException">FailedPrecondition: the host has no such node, or one of another type.</exception>
    public EditedDevice Fill(string device)
    {
        // A node that is said in full needs none on the host: a driver may make it later.
        var isFull = Type == "p" || (Type is not null && Major != 0);
        var found = HostDevices.TryNode(HostPath);
        if (found is null && !isFull)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"CDI device {device}: {HostPath} is not on this node, or no device");
        }

        if (!isFull && Type is not null && Type != found!.Type.ToString() && !(Type == "u" && found.Type == 'c'))
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"CDI device {device}: {HostPath} is said to be of type {Type}, and is of type {found.Type}");
        }

        var takesNumbers = !isFull && Major == 0;
        return new EditedDevice(
            new SpecDevice
            {
                Path = Path,
                Type = Type ?? found!.Type.ToString(),
                Major = takesNumbers ? found!.Major : Major,
                Minor = takesNumbers ? found!.Minor : Minor,
                FileMode = FileMode ?? found?.Mode,
                Uid = Uid,
                Gid = Gid,
            },
            Access)
        {
            HostPath = HostPath,
        };
    }

    private static string AccessOf(CdiNode? permissions) => permissions?.Text switch
    {
        null or "" => "rwm",
        "none" => "",
        var access => access.All(c => c is 'r' or 'w' or 'm') ? access : throw permissions.Wrong("of r, w and m, or \"none\""),
    };
}
