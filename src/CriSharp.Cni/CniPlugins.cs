using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>Where plugins' executables are looked for, in this order.</summary>
public sealed class CniPlugins(IReadOnlyList<string> directories)
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>Absolute path; null when no folder has such an executable.</returns>
    public string? TryFind(string type) =>
        !CniNames.IsPluginType(type)
            ? throw new RuntimeException(ErrorKind.InvalidArgument, $"\"{type}\" is not the name of a CNI plugin")
            : directories.Select(directory => Path.Combine(directory, type)).FirstOrDefault(IsExecutable);

    /// <exception cref="RuntimeException">FailedPrecondition: there is none; the folders are named.</exception>
    public string Find(string type) => TryFind(type)
        ?? throw new RuntimeException(ErrorKind.FailedPrecondition, $"the CNI plugin \"{type}\" is in none of the plugin folders ({string.Join(", ", directories)}): install it or set cni-plugin-dir");

    /// <summary>As CNI_PATH, by which plugins find those that they delegate to.</summary>
    public string SearchPath { get; } = string.Join(':', directories);

    /// <summary>By one look, since it may be replaced at any time.</summary>
    private static bool IsExecutable(string path) => new FileInfo(path) is { Exists: true } file && (file.UnixFileMode & Executable) != 0;
}
