using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>
/// The networks that the administrator has configured. Nothing is kept: whoever asks gets what lies in the folder now, since network
/// agents write their file there only after the node has started.
/// </summary>
/// <param name="directory">Usually /etc/cni/net.d.</param>
/// <param name="defaultNetwork">The name of the network to take; null: the first valid file's by name.</param>
public sealed class CniConfigStore(string directory, string? defaultNetwork = null)
{
    private const int FileLimitBytes = 1024 * 1024;
    private const int FilesLimit = 1000;

    private static readonly string[] Extensions = [".conf", ".conflist", ".json"];

    public string ConfigDirectory => directory;

    /// <summary>A network may be called so.</summary>
    public static bool IsNetworkName(string name) => CniNames.IsIdentifier(name);

    /// <exception cref="RuntimeException">FailedPrecondition: no file is valid; each broken one is named with its reason.</exception>
    public NetworkConfiguration Load() => Load(out _);

    /// <param name="problems">The files passed over before a valid one was found, with the reasons.</param>
    /// <inheritdoc cref="Load()"/>
    public NetworkConfiguration Load(out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        foreach (var file in Files(found))
        {
            if (TryRead(file, found) is { } configuration && (defaultNetwork is null || configuration.Name == defaultNetwork))
            {
                return configuration;
            }
        }

        var what = defaultNetwork is null ? "network configuration" : $"configuration of the network \"{defaultNetwork}\"";
        var broken = found.Count == 0 ? string.Empty : $" ({string.Join("; ", found)})";
        throw new RuntimeException(ErrorKind.FailedPrecondition, $"no valid CNI {what} in {directory}{broken}: install a network plugin's configuration there");
    }

    /// <returns>Null where no file is valid (yet).</returns>
    public NetworkConfiguration? TryLoad()
    {
        try
        {
            return Load();
        }
        catch (RuntimeException none) when (none.Kind == ErrorKind.FailedPrecondition)
        {
            return null;
        }
    }

    private string[] Files(List<string> problems)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory)
                .Where(file => Extensions.Contains(Path.GetExtension(file)))
                .Take(FilesLimit)
                .OrderBy(file => file, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            problems.Add("the folder does not exist");
            return [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add($"the folder can't be read: {failure.Message}");
            return [];
        }
    }

    private static NetworkConfiguration? TryRead(string file, List<string> problems)
    {
        try
        {
            return HostPath.TryReadFile(file, FileLimitBytes) is { } content ? NetworkConfigurationParser.Parse(file, content) : null;
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            problems.Add($"{Path.GetFileName(file)} {failure.Message}");
            return null;
        }
    }
}
