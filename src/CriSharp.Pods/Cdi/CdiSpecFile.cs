using System.Text;
using CriSharp.Specs;

namespace CriSharp.Pods.Cdi;

/// <summary>
/// What a vendor says of its devices: https://github.com/cncf-tags/container-device-interface/blob/v1.1.0/SPEC.md. The administrator's
/// word: its paths and programs are trusted.
/// </summary>
/// <param name="Kind">"vendor.com/class".</param>
/// <param name="Edits">For a container that gets any of the devices.</param>
/// <param name="Devices">Edits by the device's name.</param>
internal sealed record CdiSpecFile(string Path, string Kind, CdiEdits Edits, IReadOnlyDictionary<string, CdiEdits> Devices)
{
    public const int LimitBytes = 4 * 1024 * 1024;

    public const int DepthLimit = 32;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">What is wrong, and where in the file.</exception>
    public static CdiSpecFile Parse(string path, byte[] content)
    {
        var root = (path.EndsWith(".json", StringComparison.Ordinal) ? CdiJson.Parse(content) : CdiYaml.Parse(TextOf(content))).Map;
        root.AllowOnly("cdiVersion", "kind", "annotations", "devices", "containerEdits");
        var kind = root.Get("kind").Text;
        if (!CdiDeviceNames.IsKind(kind))
        {
            throw new FormatException($"kind \"{kind}\" is not vendor/class");
        }

        var needs = new CdiVersionNeeds();
        needs.Kind(kind);
        needs.Annotations(root.Find("annotations"));
        var edits = CdiEdits.Parse(root.Find("containerEdits"), needs);
        var devices = new Dictionary<string, CdiEdits>(StringComparer.Ordinal);
        foreach (var device in root.Get("devices").List)
        {
            AddDevice(device, devices, needs);
        }

        if (devices.Count == 0)
        {
            throw new FormatException("devices is an empty list");
        }

        needs.Check(root.Get("cdiVersion").Text);
        return new CdiSpecFile(path, kind, edits, devices);
    }

    private static void AddDevice(CdiNode node, Dictionary<string, CdiEdits> devices, CdiVersionNeeds needs)
    {
        var device = node.Map;
        device.AllowOnly("name", "annotations", "containerEdits");
        var name = device.Get("name").Text;
        if (!CdiDeviceNames.IsDevice(name))
        {
            throw new FormatException($"{device.PlaceOf("name")} \"{name}\" is no name: letters, digits and \"_-.:\" between them");
        }

        needs.Device(name);
        needs.Annotations(device.Find("annotations"));
        var edits = CdiEdits.Parse(device.Find("containerEdits"), needs);
        if (edits.IsEmpty)
        {
            throw new FormatException($"{device.PlaceOf("containerEdits")} is empty: the device would be nothing");
        }

        if (!devices.TryAdd(name, edits))
        {
            throw new FormatException($"{device.PlaceOf("name")}: there are two devices \"{name}\"");
        }
    }

    private static string TextOf(byte[] content)
    {
        try
        {
            return StrictUtf8.GetString(content);
        }
        catch (DecoderFallbackException foreign)
        {
            throw new FormatException($"byte {foreign.Index} is not UTF-8", foreign);
        }
    }
}
