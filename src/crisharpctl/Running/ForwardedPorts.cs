using System.Globalization;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Running;

/// <summary>"8080:80": a port of this machine and the pod's that it leads to; "80": the same; ":80": any that is free.</summary>
internal readonly record struct ForwardedPorts(int Local, int Remote)
{
    /// <exception cref="RuntimeException">InvalidArgument</exception>
    public static ForwardedPorts Parse(string typed)
    {
        var parts = typed.Split(':');
        var remote = PortOf(parts[^1]);
        int? local = parts switch
        {
            [_] => remote,
            ["", _] => 0,
            [var own, _] => PortOf(own),
            _ => null,
        };
        return remote is { } there && local is { } here
            ? new ForwardedPorts(here, there)
            : throw new RuntimeException(ErrorKind.InvalidArgument, $"'{typed}' is not of the form LOCAL:REMOTE, PORT or :REMOTE, with ports from 1 to 65535");
    }

    private static int? PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= ushort.MaxValue ? port : null;
}
