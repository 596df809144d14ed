using CriSharp.Cri.V1;

namespace CriSharp.Specs;

/// <summary>
/// Which CDI devices a container asks for: by its field, or by the annotations with which device plugins asked before the field was there.
/// Those of the container's own request only: pods, images and their labels ask for none (CVE-2026-53492).
/// </summary>
public static class CdiDeviceNames
{
    private const string AnnotationPrefix = "cdi.k8s.io/";

    /// <returns>Each name once, the field's first, then those of the annotations in the order of their keys.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: a name that is not "vendor/class=device".</exception>
    public static IReadOnlyList<string> Asked(ContainerConfig config)
    {
        var names = config.CDIDevices.Select(device => Check(device.Name, "CDI_devices")).ToList();
        foreach (var (key, value) in config.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (key.StartsWith(AnnotationPrefix, StringComparison.Ordinal))
            {
                names.AddRange(value.Split(',').Select(name => Check(name, $"annotation {Refusal.Quote(key)}")));
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>"vendor.com/class", as a specification file's kind has it.</summary>
    public static bool IsKind(string kind)
    {
        var slash = kind.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IsWord(kind[..slash], mayStartWithDigit: false, extra: "_-.") && IsWord(kind[(slash + 1)..], mayStartWithDigit: false, extra: "_-.");
    }

    public static bool IsDevice(string name) => IsWord(name, mayStartWithDigit: true, extra: "_-.:");

    private static string Check(string name, string field)
    {
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && IsKind(name[..equals]) && IsDevice(name[(equals + 1)..])
            ? name
            : throw Refusal.Invalid($"{field}: {Refusal.Quote(name)} is no name of a CDI device, which is vendor/class=device");
    }

    private static bool IsWord(string word, bool mayStartWithDigit, string extra) =>
        word.Length > 0
        && (mayStartWithDigit ? char.IsAsciiLetterOrDigit(word[0]) : char.IsAsciiLetter(word[0]))
        && char.IsAsciiLetterOrDigit(word[^1])
        && word.All(c => char.IsAsciiLetterOrDigit(c) || extra.Contains(c));
}
