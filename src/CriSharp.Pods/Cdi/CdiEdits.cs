using CriSharp.Oci;
using CriSharp.Specs;

namespace CriSharp.Pods.Cdi;

/// <summary>The containerEdits of a file or of one of its devices, as they stand there.</summary>
/// <param name="Plain">All but the device nodes, which need facts of the host.</param>
internal sealed record CdiEdits(SpecEdits Plain, IReadOnlyList<CdiDeviceNode> Nodes)
{
    private static readonly string[] Moments = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    private static readonly CdiEdits None = new(SpecEdits.None, []);

    public bool IsEmpty => Nodes.Count == 0 && Plain is { Env: [], Mounts: [], Hooks: [], AdditionalGids: [], NetDevices: [], IntelRdt: null };

    /// <exception cref="FormatException">What is wrong, and where in the file.</exception>
    public static CdiEdits Parse(CdiNode? node, CdiVersionNeeds needs)
    {
        if (node is null)
        {
            return None;
        }

        var edits = node.Map;
        edits.AllowOnly("env", "deviceNodes", "netDevices", "hooks", "mounts", "intelRdt", "additionalGids");
        return new CdiEdits(
            new SpecEdits
            {
                Env = Env(edits),
                Mounts = [.. edits.ListOf("mounts").Select(mount => Mount(mount.Map, needs))],
                Hooks = [.. edits.ListOf("hooks").Select(hook => Hook(hook.Map))],
                AdditionalGids = Gids(edits, needs),
                IntelRdt = edits.Find("intelRdt") is { } rdt ? IntelRdt(rdt.Map, needs) : null,
                NetDevices = [.. edits.ListOf("netDevices").Select(device => NetDevice(device.Map, needs))],
            },
            [.. edits.ListOf("deviceNodes").Select(device => CdiDeviceNode.Parse(device.Map, needs))]);
    }

    private static IReadOnlyList<string> Env(CdiMap map) => [.. map.ListOf("env").Select(variable =>
        variable.Text.IndexOf('=', StringComparison.Ordinal) > 0 && !variable.Text.Contains('\0') ? variable.Text : throw variable.Wrong("NAME=value"))];

    private static SpecMount Mount(CdiMap mount, CdiVersionNeeds needs)
    {
        mount.AllowOnly("hostPath", "containerPath", "options", "type");
        if (mount.Find("type") is { Text.Length: > 0 })
        {
            needs.Since("0.4.0", "the type of a mount");
        }

        var options = mount.TextsOf("options");
        return new SpecMount
        {
            Source = PathIn(mount.Get("hostPath")),
            Destination = PathIn(mount.Get("containerPath")),
            Type = mount.Find("type")?.Text is { Length: > 0 } type ? type : null,
            Options = options.Count > 0 ? options : null,
        };
    }

    private static EditedHook Hook(CdiMap hook)
    {
        hook.AllowOnly("hookName", "path", "args", "env", "timeout");
        var moment = hook.Get("hookName");
        if (!Moments.Contains(moment.Text))
        {
            throw moment.Wrong("one of " + string.Join(", ", Moments));
        }

        var path = hook.Get("path");
        var timeout = hook.Find("timeout");
        return new EditedHook(moment.Text, new SpecHook
        {
            Path = PathIn(path) is ['/', ..] absolute ? absolute : throw path.Wrong("an absolute path"),
            Args = hook.TextsOf("args") is { Count: > 0 } args ? args : null,
            Env = Env(hook) is { Count: > 0 } env ? env : null,
            Timeout = timeout is null ? null : timeout.Number is > 0 and <= int.MaxValue ? (int)timeout.Number : throw timeout.Wrong("a number of seconds above 0"),
        });
    }

    private static List<uint> Gids(CdiMap edits, CdiVersionNeeds needs)
    {
        var gids = edits.ListOf("additionalGids").Select(gid => gid.Unsigned).ToList();
        if (gids.Count > 0)
        {
            needs.Since("0.7.0", "additionalGids");
        }

        return gids;
    }

    private static SpecIntelRdt IntelRdt(CdiMap rdt, CdiVersionNeeds needs)
    {
        rdt.AllowOnly("closID", "l3CacheSchema", "memBwSchema", "schemata", "enableMonitoring");
        needs.Since("0.7.0", "intelRdt");
        if (rdt.Find("schemata") is not null || rdt.Find("enableMonitoring") is not null)
        {
            needs.Since("1.1.0", "schemata and enableMonitoring of intelRdt");
        }

        var name = rdt.Find("closID")?.Text;
        if (name is "." or ".." || (name is { Length: > 1 } && name.AsSpan().ContainsAny('/', '\n', '\0')))
        {
            throw rdt.Get("closID").Wrong("the name of a folder");
        }

        return new SpecIntelRdt
        {
            ClosId = name,
            L3CacheSchema = rdt.Find("l3CacheSchema")?.Text,
            MemBwSchema = rdt.Find("memBwSchema")?.Text,
            Schemata = rdt.TextsOf("schemata") is { Count: > 0 } schemata ? schemata : null,
            EnableMonitoring = rdt.Find("enableMonitoring")?.Flag,
        };
    }

    private static string NetDevice(CdiMap device, CdiVersionNeeds needs)
    {
        device.AllowOnly("hostInterfaceName", "name");
        needs.Since("1.1.0", "netDevices");
        _ = device.Get("name").Text;
        return device.Get("hostInterfaceName").Text;
    }

    private static string PathIn(CdiNode path) => path.Text.Length > 0 && !path.Text.Contains('\0') ? path.Text : throw path.Wrong("a path");
}
