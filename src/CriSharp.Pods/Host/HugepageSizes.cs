using System.Globalization;

namespace CriSharp.Pods.Host;

/// <summary>The sizes of huge pages that the kernel has, by the folders "hugepages-2048kB" of sysfs.</summary>
internal static class HugepageSizes
{
    private const string Folder = "/sys/kernel/mm/hugepages";
    private const string Prefix = "hugepages-";
    private const string Suffix = "kB";

    public static IReadOnlyList<string> Read() =>
        Directory.Exists(Folder) ? [.. Directory.EnumerateDirectories(Folder).Select(path => NameOf(Path.GetFileName(path))).OfType<string>().Order(StringComparer.Ordinal)] : [];

    /// <returns>"2MB" for "hugepages-2048kB", as the controller's files are named; null for any other folder.</returns>
    internal static string? NameOf(string folder)
    {
        var isSize = folder.StartsWith(Prefix, StringComparison.Ordinal) && folder.EndsWith(Suffix, StringComparison.Ordinal);
        if (!isSize || !long.TryParse(folder[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
        {
            return null;
        }

        return kilobytes >= 1 << 20 ? $"{kilobytes >> 20}GB" : kilobytes >= 1 << 10 ? $"{kilobytes >> 10}MB" : $"{kilobytes}KB";
    }
}
