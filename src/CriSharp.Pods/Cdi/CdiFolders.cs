using CriSharp.Linux.Files;

namespace CriSharp.Pods.Cdi;

/// <summary>
/// The folders of specification files, read anew each time: only a container that asks for a device pays for it, and none gets what an
/// earlier file said. A device of a later folder hides one of an earlier; two in one folder hide both.
/// </summary>
internal sealed class CdiFolders(IReadOnlyList<string> folders)
{
    private const int FilesLimit = 1000;

    public CdiDevices Read()
    {
        var found = new CdiDevices();
        foreach (var folder in folders)
        {
            ReadFolder(folder, found);
        }

        return found;
    }

    private static void ReadFolder(string folder, CdiDevices found)
    {
        string[] paths;
        try
        {
            paths = Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Where(IsSpec).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            found.Unreadable[folder] = failure.Message;
            return;
        }

        if (paths.Length > FilesLimit)
        {
            found.Unreadable[folder] = $"it holds {paths.Length} specification files, and {FilesLimit} is the limit";
            return;
        }

        found.NextFolder();
        foreach (var path in paths)
        {
            try
            {
                // A driver may have removed it meanwhile.
                if (HostPath.TryReadFile(path, CdiSpecFile.LimitBytes) is { } content)
                {
                    found.Add(CdiSpecFile.Parse(path, content));
                }
            }
            catch (Exception failure) when (failure is FormatException or IOException)
            {
                found.Unreadable[path] = failure.Message;
            }
        }
    }

    private static bool IsSpec(string path) => Path.GetExtension(path) is ".json" or ".yaml";
}

/// <summary>What the folders say, in the order of their priority.</summary>
internal sealed class CdiDevices
{
    private readonly Dictionary<string, CdiSpecFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _conflicts = new(StringComparer.Ordinal);
    private HashSet<string> _inFolder = [];

    /// <summary>Why, by the path of the file or folder.</summary>
    public SortedDictionary<string, string> Unreadable { get; } = new(StringComparer.Ordinal);

    public void NextFolder() => _inFolder = [];

    public void Add(CdiSpecFile file)
    {
        foreach (var name in file.Devices.Keys.Select(device => $"{file.Kind}={device}"))
        {
            if (_inFolder.Add(name))
            {
                _conflicts.Remove(name);
                _files[name] = file;
            }
            else
            {
                _conflicts[name] = $"{_files[name].Path} and {file.Path} both have it";
            }
        }
    }

    /// <returns>The file that has the device; null for none, or two of equal right.</returns>
    public CdiSpecFile? Find(string name) => _conflicts.ContainsKey(name) ? null : _files.GetValueOrDefault(name);

    public string? ConflictOf(string name) => _conflicts.GetValueOrDefault(name);
}
