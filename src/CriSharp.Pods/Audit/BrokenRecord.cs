using System.Text.RegularExpressions;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>A record that could not be read and was set aside: broken/NOUN-ID.</summary>
/// <param name="Noun">"sandboxes" or "containers".</param>
public sealed partial record BrokenRecord(string Noun, string Id, string Path)
{
    public static IEnumerable<BrokenRecord> List(InstanceFolders folders) => Directory.Exists(folders.BrokenRecords)
        ? Directory.EnumerateDirectories(folders.BrokenRecords)
            .Select(path => (Path: path, Name: NameOfOne().Match(System.IO.Path.GetFileName(path))))
            .Where(found => found.Name.Success)
            .Select(found => new BrokenRecord(found.Name.Groups["noun"].Value, found.Name.Groups["id"].Value, found.Path))
        : [];

    [GeneratedRegex("^(?<noun>[a-z]+)-.*?(?<id>[0-9a-f]{64})", RegexOptions.CultureInvariant)]
    private static partial Regex NameOfOne();
}
